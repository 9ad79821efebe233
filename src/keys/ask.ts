/**
 * Ask: one small question to an issuer over HTTP, within narrow bounds.
 *
 * https only (http to a loopback address), no redirects, a bounded size and one deadline for all of it. An address
 * that the operator did not write down himself, but that a document named, must lie in the public internet: else an
 * issuer's metadata could make this door knock on its own network (SSRF). The address is checked at the moment of
 * connecting, so that a name cannot change in between. See RFC 8725, section 3.10, and RFC 9728, section 7.7.
 */
import { lookup, type LookupAddress, type LookupOptions } from "node:dns";
import { isIP } from "node:net";
import { Agent, type Dispatcher, request } from "undici";
import { isLoopback, isPublic } from "./network.ts";

export const ANSWER_BYTES_MAX = 262_144;
export const ASK_MILLISECONDS_MAX = 3_000;

/** `configured`: the operator wrote this host down. `named`: somebody else did. */
export type Origin = "configured" | "named";

export interface Question {
  readonly url: URL;
  readonly origin: Origin;
  readonly accept: string;
  /** Sent with POST, as `application/x-www-form-urlencoded`; undefined: a GET. */
  readonly form?: URLSearchParams;
  readonly authorization?: string | undefined;
  readonly waitMilliseconds?: number;
}

export type Asked = { readonly type: string; readonly bytes: Buffer } | { readonly wrong: string };

const publicOnly = new Agent({ connect: { lookup: lookUpPublic } });

/** Answers with what came with status 200. Never rejects, and never repeats what was sent. */
export async function ask({ url, origin, accept, form, authorization, waitMilliseconds = ASK_MILLISECONDS_MAX }: Question): Promise<Asked> {
  const wrong = findFault(url, origin);
  if (wrong !== undefined) return { wrong };
  const sent = form === undefined ? {} : { method: "POST" as const, body: form.toString() };
  const headers = {
    accept,
    "user-agent": "sallyport",
    ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
    ...(authorization === undefined ? {} : { authorization }),
  };
  try {
    return await readAnswer(await request(url, { ...sent, headers, signal: AbortSignal.timeout(waitMilliseconds), ...(origin === "named" ? { dispatcher: publicOnly } : {}) }));
  } catch (fault) {
    return { wrong: `${url.host}: ${describe(fault)}` };
  }
}

/** What is wrong with an address before anything is sent there. */
export function findFault(url: URL, origin: Origin): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(host))) return `${url.host}: not https`;
  if (url.username !== "" || url.password !== "") return `${url.host}: credentials in the address`;
  if (origin === "named" && isIP(host) !== 0 && !isPublic(host)) return `${url.host}: not a public address`;
  return undefined;
}

async function readAnswer({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Asked> {
  if (statusCode !== 200) {
    await body.dump({ limit: ANSWER_BYTES_MAX });
    return { wrong: `answered ${statusCode}` };
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The body of a request made without an encoding is a stream of buffers.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) return { wrong: `answered more than ${ANSWER_BYTES_MAX} bytes` };
    chunks.push(chunk);
  }
  const type = headers["content-type"];
  return { type: typeof type === "string" ? mediaTypeOf(type) : "", bytes: Buffer.concat(chunks) };
}

function mediaTypeOf(field: string): string {
  return (field.split(";", 1)[0] ?? "").trim().toLowerCase();
}

type Found = (fault: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

function lookUpPublic(host: string, options: LookupOptions, found: Found): void {
  lookup(host, { ...options, all: true }, (fault, addresses) => {
    const hidden = addresses?.some(({ address }) => !isPublic(address)) ?? false;
    found(hidden ? new Error("not a public address") : fault, addresses);
  });
}

function describe(fault: unknown): string {
  if (!(fault instanceof Error)) return "broken";
  return "code" in fault && typeof fault.code === "string" ? fault.code : fault.message.slice(0, 100);
}
