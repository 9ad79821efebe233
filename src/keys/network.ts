/** Network: which addresses are this machine's, and which lie in the public internet. */
import { reachOf } from "../outgoing/reach.ts";

/** An address of this machine, or the name `localhost`. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || reachOf(host) === "loopback";
}

/** Whether an IP address is one that anybody in the internet can reach. False for anything that is no address. */
export function isPublic(address: string): boolean {
  return reachOf(address) === "public";
}
