/** Tokens: what is no credential of the bank's, brought as one. The request is good in everything else. */
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { attack } from "../attack.ts";
import type { Place } from "../place.ts";

const WAIVED = ["jwt", "credentials", "scope", "owner"] as const;
const ADA = { subject: "cus-1001", scopes: ["accounts:read", "accounts:write", "transfers:write"], claims: { branch: "north" } };
const own = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** The request has reached the bank. */
async function reaches(place: Place, headers: Record<string, string>, query = ""): Promise<boolean> {
  await place.ask({ target: `/accounts/acc-100101${query}`, headers });
  return place.reached.length > 0;
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (part = ""): JsonObject => JSON.parse(Buffer.from(part, "base64url").toString()) as JsonObject;

/** Ada's own token with other parts, signed by the thief. */
async function forge(place: Place, header: JsonObject, claims: JsonObject = {}): Promise<string> {
  const [head, body] = (await place.sign(ADA)).split(".");
  const signed = `${encode({ ...decode(head), ...header })}.${encode({ ...decode(body), ...claims })}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), { key: own.privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

attack("somebody comes without a token", { waive: WAIVED, run: (place) => reaches(place, {}) });

attack("a token that says that it needs no signature", {
  waive: WAIVED,
  run: async (place) => {
    const [, body] = (await place.sign(ADA)).split(".");
    return reaches(place, bearer(`${encode({ alg: "none", typ: "at+jwt" })}.${body}.`));
  },
});

attack("a token that the thief signed himself, under the name of the issuer's key", { waive: WAIVED, run: async (place) => reaches(place, bearer(await forge(place, {}))) });

attack("a token that brings the key to check it with", { waive: WAIVED, run: async (place) => reaches(place, bearer(await forge(place, { jwk: own.publicKey.export({ format: "jwk" }) as JsonObject }))) });

attack("a token whose secret is the issuer's public key", {
  waive: WAIVED,
  run: async (place) => {
    const [, body] = (await place.sign(ADA)).split(".");
    const signed = `${encode({ alg: "HS256", typ: "at+jwt" })}.${body}`;
    return reaches(place, bearer(`${signed}.${createHmac("sha256", own.publicKey.export({ format: "pem", type: "spki" })).update(signed).digest("base64url")}`));
  },
});

attack("a good token, with somebody else's name written in", {
  waive: WAIVED,
  run: async (place) => {
    const [head, body, signature] = (await place.sign(ADA)).split(".");
    return reaches(place, bearer(`${head}.${encode({ ...decode(body), sub: "cus-1002" })}.${signature}`));
  },
});

attack("a token of yesterday", { waive: WAIVED, run: async (place) => reaches(place, bearer(await place.sign({ ...ADA, now: new Date(Date.now() - 86_400_000) }))) });

attack("a token that was stolen from a client which proves that it holds a key", { waive: WAIVED, run: async (place) => reaches(place, bearer(await place.sign({ ...ADA, claims: { ...ADA.claims, cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } } }))) });

attack("a good token in another spelling, past every list of revoked ones", {
  waive: WAIVED,
  run: async (place) => {
    const token = await place.sign(ADA);
    const last = token.charCodeAt(token.length - 1);
    return reaches(place, bearer(`${token.slice(0, -1)}${String.fromCharCode(last === 0x41 ? 0x42 : last + 1)}`));
  },
});

attack("a good token behind another scheme", { waive: WAIVED, run: async (place) => reaches(place, { authorization: `Basic ${await place.sign(ADA)}` }) });

attack("a good token in the address, where every log has it", { waive: [...WAIVED, "parameters"], run: async (place) => reaches(place, {}, `?access_token=${await place.sign(ADA)}`) });
