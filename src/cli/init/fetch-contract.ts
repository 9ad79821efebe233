/**
 * Fetch contract: a contract from an address that the user wrote down, once and within bounds.
 *
 * https only (http to a loopback address): whoever can change the contract on its way decides what is let in. No
 * redirects: the address that was written is the one that is trusted.
 */
import { request } from "undici";
import { findFault } from "../../keys/ask.ts";

export const CONTRACT_BYTES_MAX: number = 16 * 1024 * 1024;
/** For all of it, from connecting to the last byte. */
export const CONTRACT_MILLISECONDS_MAX = 15_000;

export type Fetched = { readonly bytes: Uint8Array; readonly name: string } | { readonly wrong: string };

/** `name` is a plain file name for it. Never rejects. */
export async function fetchContract(address: string): Promise<Fetched> {
  const url = new URL(address);
  const fault = findFault(url, "configured");
  if (fault !== undefined) return { wrong: `${fault}: a contract is fetched over https, or over http from this machine` };
  try {
    const { statusCode, body } = await request(url, {
      headers: { accept: "application/yaml, application/json, */*;q=0.1", "user-agent": "sallyport" },
      signal: AbortSignal.timeout(CONTRACT_MILLISECONDS_MAX),
    });
    if (statusCode !== 200) {
      await body.dump({ limit: 65_536 });
      return { wrong: `${url.host} answered ${statusCode}${statusCode >= 300 && statusCode < 400 ? ": redirects are not followed, name the address that it leads to" : ""}` };
    }
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    // The body of a request made without an encoding is a stream of buffers.
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes > CONTRACT_BYTES_MAX) return { wrong: `${url.host} answered more than ${CONTRACT_BYTES_MAX} bytes` };
      chunks.push(chunk);
    }
    const content = Buffer.concat(chunks);
    return { bytes: content, name: nameFor(url, content) };
  } catch (fault) {
    return { wrong: `${url.host} could not be asked: ${describe(fault)}` };
  }
}

/** The last part of the path where it is a plain name of a JSON or YAML file. */
function nameFor({ pathname }: URL, content: Buffer): string {
  const last = pathname.slice(pathname.lastIndexOf("/") + 1);
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}\.(?:json|ya?ml)$/.test(last)) return last;
  return /^\s{0,100}\{/.test(content.subarray(0, 200).toString("latin1")) ? "openapi.json" : "openapi.yaml";
}

function describe(fault: unknown): string {
  if (!(fault instanceof Error)) return "it failed";
  if (fault.name === "TimeoutError") return `no answer within ${CONTRACT_MILLISECONDS_MAX / 1_000} s`;
  return "code" in fault && typeof fault.code === "string" ? fault.code : fault.message.slice(0, 200);
}
