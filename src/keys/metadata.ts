/**
 * Metadata: what an issuer says about itself, as far as this door asks: where its keys are, and where to ask about tokens.
 *
 * See OpenID Connect Discovery 1.0, section 4, and RFC 8414, section 3.
 */
import { readJson } from "../contract/json.ts";
import { isJsonObject, type JsonObject } from "../contract/json-value.ts";
import type { Origin } from "./ask.ts";
import type { FetchDocument } from "./fetch-document.ts";

/** How long metadata, once found, is not asked for again. */
export const METADATA_MILLISECONDS = 3_600_000;

type Wrong = { readonly wrong: string };
type Read = { readonly members: JsonObject };

export interface Named {
  readonly url: URL;
  readonly origin: Origin;
}

export interface Metadata {
  /** The address under this name. The promise never rejects. */
  readonly address: (name: "jwks_uri" | "introspection_endpoint", now: number) => Promise<Named | Wrong>;
  /** Perhaps things have moved: the next time the issuer is asked again. */
  readonly forget: () => void;
}

export function metadataOf(issuer: string, fetch: FetchDocument): Metadata {
  const own = new URL(issuer);
  let found: { readonly members: JsonObject; readonly at: number } | undefined;
  return {
    async address(name, now) {
      if (found === undefined || Math.abs(now - found.at) >= METADATA_MILLISECONDS) {
        const read = await findMetadata(issuer, own, fetch);
        if ("wrong" in read) return read;
        found = { members: read.members, at: now };
      }
      const address = found.members[name];
      if (typeof address !== "string" || !URL.canParse(address)) {
        found = undefined;
        return { wrong: `metadata: no ${name}` };
      }
      const url = new URL(address);
      return { url, origin: url.host === own.host ? "configured" : "named" };
    },
    forget: () => (found = undefined),
  };
}

/** Both places of metadata, in the order in which they are tried. */
export function metadataAddresses(issuer: URL): readonly URL[] {
  const path = issuer.pathname.replace(/\/$/, "");
  return [new URL(`${path}/.well-known/openid-configuration`, issuer), new URL(`/.well-known/oauth-authorization-server${path}`, issuer)];
}

async function findMetadata(issuer: string, own: URL, fetch: FetchDocument): Promise<Read | Wrong> {
  let wrong = "";
  for (const address of metadataAddresses(own)) {
    const document = await fetch(address, "configured");
    if (!("wrong" in document)) return readMetadata(issuer, document.bytes);
    wrong = document.wrong;
  }
  return { wrong: `no metadata: ${wrong}` };
}

function readMetadata(issuer: string, bytes: Buffer): Read | Wrong {
  const read = readJson(bytes);
  if ("wrong" in read || !isJsonObject(read.value)) return { wrong: "metadata: not a JSON object" };
  // Exactly the same text: else one issuer could answer for another (RFC 8414, section 3.3).
  return read.value["issuer"] === issuer ? { members: read.value } : { wrong: "metadata: of another issuer" };
}
