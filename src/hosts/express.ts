/**
 * Express: both doors as Express 5 middleware.
 *
 *     app.use(sallyport("policy.yaml"));
 *
 * Stands in front of everything that it is to guard, body parsers included. Its types are structural: nothing of
 * Express is imported.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Assembly } from "./assemble.ts";
import { embed, type EmbedOptions } from "./embed.ts";

export { type EmbedOptions, MisfitError, principalOf } from "./embed.ts";

/** What Express adds to a request, as far as the doors care. */
export interface MountedRequest extends IncomingMessage {
  originalUrl?: string;
  readonly baseUrl?: string;
}

export interface ExpressDoors {
  (request: MountedRequest, response: ServerResponse, next: (fault?: unknown) => void): void;
  readonly assembly: Assembly;
  readonly close: () => Promise<void>;
}

/**
 * @param policyFile path of the policy
 * @throws MisfitError when policy or contract do not fit
 */
export function sallyport(policyFile: string, options: EmbedOptions = {}): ExpressDoors {
  const { assembly, admit } = embed(policyFile, options);
  const doors = (request: MountedRequest, response: ServerResponse, next: (fault?: unknown) => void): void => {
    const { originalUrl, baseUrl = "" } = request;
    // Under a mount point Express has cut its path off `url`; the contract speaks of the whole.
    admit(request, response, originalUrl ?? request.url ?? "", (judged) => {
      request.originalUrl = judged;
      request.url = judged.slice(baseUrl.length);
      next();
    });
  };
  return Object.assign(doors, { assembly, close: () => assembly.close() });
}
