/** Infer issuer: who issues the tokens, as far as a contract says it. */
import { type Json, isJsonObject } from "../../contract/json-value.ts";

const WELL_KNOWN = "/.well-known/openid-configuration";

export interface Inferred {
  /** Known: the contract names the issuer's own metadata. */
  readonly issuer: string | undefined;
  /** A guess: where the contract sends people for tokens. */
  readonly guess: string | undefined;
}

/** @param schemes `components.securitySchemes` as written */
export function inferIssuer(schemes: Json | undefined): Inferred {
  const list = isJsonObject(schemes) ? Object.values(schemes).filter(isJsonObject) : [];
  const issuers = list.flatMap(({ type, openIdConnectUrl }) => (type === "openIdConnect" && typeof openIdConnectUrl === "string" && openIdConnectUrl.endsWith(WELL_KNOWN) ? [openIdConnectUrl.slice(0, -WELL_KNOWN.length)] : []));
  const guesses = list.flatMap(({ flows }) => (isJsonObject(flows) ? Object.values(flows) : [])).flatMap((flow) => (isJsonObject(flow) ? [flow["tokenUrl"], flow["authorizationUrl"]] : []));
  const issuer = issuers.find(isAddress);
  const [guess] = guesses.flatMap((address) => (typeof address === "string" && isAddress(address) ? [new URL(address).origin] : []));
  return { issuer, guess };
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === "https:";
}
