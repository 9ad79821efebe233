/**
 * Fetch document: one small JSON document of an issuer, within narrow bounds.
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

export const DOCUMENT_BYTES_MAX = 262_144;
export const FETCH_MILLISECONDS_MAX = 3_000;

export type Document = { readonly bytes: Buffer } | { readonly wrong: string };

/** `configured`: the operator wrote this host down. `named`: somebody else did. Never rejects. */
export type FetchDocument = (url: URL, origin: "configured" | "named") => Promise<Document>;

const publicOnly = new Agent({ connect: { lookup: lookUpPublic } });

export const fetchDocument: FetchDocument = async (url, origin) => {
  const wrong = findFault(url, origin);
  if (wrong !== undefined) return { wrong };
  try {
    const answer = await request(url, {
      headers: { accept: "application/json, application/jwk-set+json", "user-agent": "sallyport" },
      signal: AbortSignal.timeout(FETCH_MILLISECONDS_MAX),
      ...(origin === "named" ? { dispatcher: publicOnly } : {}),
    });
    return await readAnswer(answer);
  } catch (fault) {
    return { wrong: `${url.host}: ${describe(fault)}` };
  }
};

/** What is wrong with an address before anything is sent there. */
export function findFault(url: URL, origin: "configured" | "named"): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(host))) return `${url.host}: not https`;
  if (url.username !== "" || url.password !== "") return `${url.host}: credentials in the address`;
  if (origin === "named" && isIP(host) !== 0 && !isPublic(host)) return `${url.host}: not a public address`;
  return undefined;
}

async function readAnswer({ statusCode, body }: Dispatcher.ResponseData): Promise<Document> {
  if (statusCode !== 200) {
    await body.dump({ limit: DOCUMENT_BYTES_MAX });
    return { wrong: `answered ${statusCode}` };
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The body of a request made without an encoding is a stream of buffers.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > DOCUMENT_BYTES_MAX) return { wrong: `answered more than ${DOCUMENT_BYTES_MAX} bytes` };
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks) };
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
