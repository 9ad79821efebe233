/** Open issuer: from the words of a policy to a way of asking an issuer about a token. */
import type { Site } from "../../../../guard.ts";
import { algorithmOf } from "../../../../keys/algorithm.ts";
import { ask, findFault } from "../../../../keys/ask.ts";
import { fetchDocument } from "../../../../keys/fetch-document.ts";
import { type ClientWishes, type OpenedClient, openClient } from "../../../../keys/introspection/client-authentication.ts";
import type { AskIssuer } from "../../../../keys/introspection/introspect.ts";
import { PLAIN_TYPE, readAnswer, type SignedAnswers, SIGNED_TYPE } from "../../../../keys/introspection/read-answer.ts";
import { type Metadata, metadataOf, type Named } from "../../../../keys/metadata.ts";
import { openKeys } from "../../../../keys/open-keys.ts";

export interface IssuerWishes {
  readonly issuer: string;
  readonly endpoint: string;
  readonly client: ClientWishes;
  readonly signed: { readonly keys: string; readonly algorithms: readonly string[] } | undefined;
  readonly timeout: number;
  readonly skew: number;
}

export interface OpenedIssuer {
  /** Changes with the content of secrets and key files. */
  readonly version: string;
  readonly open: () => AskIssuer;
}

type Wrong = { readonly wrong: string; readonly allowed?: string };

/** Keys of answers are kept like those of tokens. */
const KEY_TIMES = { refreshMilliseconds: 600_000, staleMilliseconds: 3_600_000 };

export function openIssuer(wishes: IssuerWishes, { folder, random }: Pick<Site, "folder" | "random">): OpenedIssuer | Wrong {
  const { issuer, endpoint, timeout, signed } = wishes;
  const address = endpoint === "discovery" ? issuer : endpoint;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined) return endpoint === "discovery" ? { wrong: "the issuer is no address: where to ask cannot be discovered", allowed: "endpoint: https://..." } : { wrong: "endpoint: not an address", allowed: "discovery, https://..." };
  const fault = findFault(url, "configured");
  if (fault !== undefined) return { wrong: `endpoint: ${fault}`, allowed: "https, or http to a loopback address" };
  const client = openClient(wishes.client, { issuer, folder, random });
  if ("wrong" in client) return client;
  const algorithms = [...new Set((signed?.algorithms ?? []).flatMap((name) => algorithmOf(name) ?? []))];
  const keys = signed === undefined ? undefined : openKeys({ issuer, keys: signed.keys, secret: undefined, algorithms, times: KEY_TIMES, folder }, fetchDocument);
  if (keys !== undefined && "wrong" in keys) return { ...keys, wrong: `signed: ${keys.wrong}` };
  return {
    version: `${client.version} ${keys?.version ?? ""}`,
    open() {
      const answers = keys === undefined ? undefined : { issuer, client: wishes.client.id, algorithms, source: keys.open(), skewMilliseconds: wishes.skew + timeout };
      const metadata = endpoint === "discovery" ? metadataOf(issuer, fetchDocument) : undefined;
      return asker(client, metadata ?? { url, origin: "configured" }, answers, timeout);
    },
  };
}

function asker(client: OpenedClient, place: Metadata | Named, signed: SignedAnswers | undefined, waitMilliseconds: number): AskIssuer {
  return async (token, now) => {
    const named = "url" in place ? place : await place.address("introspection_endpoint", now);
    if ("wrong" in named) return named;
    const form = new URLSearchParams({ token, token_type_hint: "access_token" });
    const authorization = client.authenticate(form, now);
    const asked = await ask({ ...named, form, authorization, waitMilliseconds, accept: signed === undefined ? PLAIN_TYPE : SIGNED_TYPE });
    if ("wrong" in asked && "forget" in place) place.forget();
    return "wrong" in asked ? asked : readAnswer(asked.type, asked.bytes, signed, now);
  };
}
