/**
 * Embed: both doors in front of a program in the same process.
 *
 * The program sees the request as it was judged: the canonical target, the prepared fields, the body again from its
 * beginning. What it answers is held until the second door lets it out.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { writeMisfit, type Misfit } from "../contract/misfit.ts";
import type { OpenExchange } from "../doors/open-exchange.ts";
import type { Principal } from "../exchange/principal.ts";
import type { Guard } from "../policy/definition.ts";
import { openOperationsLog, type Say } from "../watch/operations.ts";
import type { AuditSink } from "../audit/log.ts";
import { type Assembly, assemble } from "./assemble.ts";
import { carry, type Receiver } from "./carry.ts";
import { holdAnswer, type Outlet } from "./hold.ts";
import { readFacts, responderOf } from "./http-message.ts";

export interface EmbedOptions {
  /** Guards of your own, behind the house's within their stage. */
  readonly guards?: readonly Guard[];
  /** Where audit records go instead of where the policy says. */
  readonly sink?: AuditSink;
  /** Where the house says that it reloaded, or why not; standard error when left out. */
  readonly say?: Say;
  /** Whether policy and contract are read again when they change. Default true. */
  readonly watch?: boolean;
}

/** What stands in the way of starting: every misfit, with its place. */
export class MisfitError extends Error {
  readonly code = "ERR_SALLYPORT_MISFITS";
  readonly misfits: readonly Misfit[];

  constructor(misfits: readonly Misfit[]) {
    super(`the policy or the contract does not fit:\n${misfits.map((misfit) => `  ${writeMisfit(misfit)}`).join("\n")}`);
    this.name = "MisfitError";
    this.misfits = misfits;
  }
}

export interface Embedded {
  readonly assembly: Assembly;
  /** Takes one request through the first door; `enter` is called if it opens, with the canonical target. */
  readonly admit: (request: IncomingMessage, response: ServerResponse, target: string, enter: (judged: string) => void) => void;
}

const principals = new WeakMap<object, Principal>();

/** Who is asking, as the first door established it; undefined for a stranger. */
export function principalOf(request: object): Principal | undefined {
  return principals.get(request);
}

/** @throws MisfitError when policy or contract do not fit */
export function embed(policyFile: string, options: EmbedOptions = {}): Embedded {
  const { say = openOperationsLog(process.stderr), ...rest } = options;
  const assembly = assemble(policyFile, { say, ...rest, switches: false });
  if ("misfits" in assembly) throw new MisfitError(assembly.misfits);
  // Nobody waits here: until it is open, and while it is not, what needs it is refused.
  void assembly.open().then((misfits) => {
    if (misfits.length > 0) say("error", "not all is open", { misfits: misfits.map(writeMisfit) });
  });
  return {
    assembly,
    admit(request, response, target, enter) {
      let outlet: Outlet = response;
      const responder = responderOf(request, response, () => outlet);
      carry(assembly.engine, readFacts(request, target), responder, (exchange, receiver) => {
        void hand(exchange, request, receiver).then((ready) => {
          if (!ready) return;
          outlet = holdAnswer(response, receiver.head);
          const { path, search } = exchange.request;
          enter(search === undefined ? path : `${path}?${search}`);
        });
        return () => undefined;
      });
    },
  };
}

/** Puts what was judged into the request that the program sees. False: the body stood in the way. */
async function hand(exchange: OpenExchange, request: IncomingMessage, receiver: Receiver): Promise<boolean> {
  const { content, outgoing, principal } = exchange;
  if (content.declared === undefined || content.held !== undefined || content.begun) {
    // A body of unknown length could outgrow its bound while the program reads it, and one that was begun lacks its
    // beginning: here they are held instead.
    const bytes = await content.read();
    if (!(bytes instanceof Uint8Array)) {
      receiver.fail(bytes);
      return false;
    }
    replay(request, bytes);
  }
  request.rawHeaders = [...outgoing.list];
  request.headers = joined(outgoing.list);
  if (principal !== undefined) principals.set(request, principal);
  return true;
}

/** Begins the request's stream anew with these bytes; running Readable's constructor again is what resets it. */
function replay(request: IncomingMessage, bytes: Uint8Array): void {
  if (bytes.byteLength === 0 && !request.complete) return;
  Reflect.apply(Readable, request, [{ read: () => undefined }]);
  if (bytes.byteLength > 0) request.push(bytes);
  request.push(null);
}

/** Repeats are joined as node:http joins them (RFC 9110, section 5.3); the first door has refused repeats of singletons. */
function joined(list: readonly string[]): NodeJS.Dict<string> {
  const headers: NodeJS.Dict<string> = Object.create(null) as NodeJS.Dict<string>;
  for (let at = 0; at < list.length; at += 2) {
    const name = list[at] ?? "";
    const value = list[at + 1] ?? "";
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}${name === "cookie" ? "; " : ", "}${value}`;
  }
  return headers;
}
