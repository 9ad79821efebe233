/**
 * Device cookie: how a device that has once logged in is known again (see stores/attempts.ts). It is no credential: it only
 * has attempts of its own, so that nobody else can use them up.
 */
import type { Known } from "../../../../guard.ts";
import { readCookies } from "../../validate/cookies.ts";

/** The prefix keeps other hosts and plain connections from setting it (RFC 6265bis, section 4.1.3.2). */
export const DEVICE_COOKIE = "__Host-sallyport-device";

export function readDevice({ request }: Pick<Known, "request">): string | undefined {
  const cookies = readCookies(request.fields, request.version === "2");
  return "wrong" in cookies ? undefined : cookies.pairs.find(([name]) => name === DEVICE_COOKIE)?.[1];
}

export function tellDevice({ reply }: Pick<Known, "reply">, device: string, lastsMilliseconds: number): void {
  reply.append("set-cookie", `${DEVICE_COOKIE}=${device}; Path=/; Max-Age=${Math.floor(lastsMilliseconds / 1_000)}; Secure; HttpOnly; SameSite=Strict`);
}
