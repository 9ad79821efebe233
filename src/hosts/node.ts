/**
 * Node: both doors around a node:http request listener.
 *
 *     const doors = sallyport("policy.yaml");
 *     http.createServer(doors((request, response) => response.end("hello")));
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Assembly } from "./assemble.ts";
import { embed, type EmbedOptions } from "./embed.ts";

export { type EmbedOptions, MisfitError, principalOf } from "./embed.ts";

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export interface NodeDoors {
  (listener: Listener): Listener;
  readonly assembly: Assembly;
  /** Writes what the audit log still holds and lets go of files and timers. */
  readonly close: () => Promise<void>;
}

/**
 * @param policyFile path of the policy
 * @throws MisfitError when policy or contract do not fit: nothing is served then
 */
export function sallyport(policyFile: string, options: EmbedOptions = {}): NodeDoors {
  const { assembly, admit } = embed(policyFile, options);
  const wrap = (listener: Listener): Listener => (request, response) => {
    const target = request.url ?? "";
    admit(request, response, target, (judged) => {
      request.url = judged;
      listener(request, response);
    });
  };
  return Object.assign(wrap, { assembly, close: () => assembly.close() });
}
