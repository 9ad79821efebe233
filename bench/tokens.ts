/**
 * Tokens: what it costs to check an access token, beside jose, fast-jwt and jsonwebtoken doing the same, and beside the
 * least that could be done: JSON.parse and crypto.verify. All in one run, in turn, on one thread, with the same tokens.
 *
 *     node bench/tokens.ts [--seconds 1] [--rounds 5] [--only ES256]
 *
 * Sallyport's check is the guard's own, from the exchange to the principal: reading the field, the strict reading of the
 * token, all claims of RFC 9068, the key. The rivals are told algorithm, issuer and audience, read nothing twice, and know
 * no key set; jose is also told the type. `cached`: the same thousand tokens again and again, which only fast-jwt remembers
 * as well. `uncached`: a memory of none. `DPoP`: a fresh proof with each request (RFC 9449); of the rivals only jose has the
 * parts of it.
 */
import { createPublicKey, generateKeyPairSync, hash, type KeyObject, sign, verify } from "node:crypto";
import { parseArgs } from "node:util";
import { createVerifier } from "fast-jwt";
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from "jose";
import jsonwebtoken from "jsonwebtoken";
import type { JsonObject } from "../src/contract/json-value.ts";
import { jwt } from "../src/doors/inbound/authenticate/jwt.ts";
import type { Exchange } from "../src/exchange/exchange.ts";
import { thumbprintOf } from "../src/keys/dpop/proof-keys.ts";
import { memoryStore } from "../src/stores/memory.ts";
import type { Store } from "../src/stores/store.ts";
import { AUDIENCE, ISSUER, makePair, type Pair, signature, writeKeys } from "../test/keys/issuer.ts";
import { exchangeOf, operation, siteOf } from "../test/walk.ts";
import { takeSpread } from "./spread.ts";
import { writeTable } from "./table.ts";

const TOKENS = 1_000;
/** One address stands for all callers here. */
const MANY: JsonObject = { burst: 10_000_000, window: "1s" };
const PROOFS = 2_000;
const EXTERNAL = "https://api.example";
const SECRET = "w7Rk2Zp9Lx4Qv1Tn8Hs5Bd3Gm6Fj0YcUeIaOoXzK";
const { values } = parseArgs({ options: { seconds: { type: "string", default: "1" }, rounds: { type: "string", default: "5" }, only: { type: "string", default: "" } } });
const now = Date.now();
const seconds = Math.floor(now / 1_000);
process.env["SALLYPORT_BENCH_SECRET"] = SECRET;

/** One pass; answers how many checks were good. */
interface Subject {
  readonly name: string;
  readonly checks: number;
  readonly pass: () => number | Promise<number>;
}

interface Table {
  readonly title: string;
  readonly subjects: readonly Subject[];
}

function pairOf(alg: string): Pair {
  if (alg !== "HS256") return makePair(alg, "one");
  const { createSecretKey } = process.getBuiltinModule("node:crypto");
  return { kid: "one", alg, secret: createSecretKey(Buffer.from(SECRET)), jwk: {} };
}

function makeToken(pair: Pair, claims: JsonObject): string {
  const body = { iss: ISSUER, aud: AUDIENCE, client_id: "app", iat: seconds - 5, exp: seconds + 3_000, scope: "orders:read orders:write", sub: "ann", jti: "1", ...claims };
  const signed = [{ alg: pair.alg, typ: "at+jwt", kid: pair.kid }, body].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${signed}.${signature(pair, signed).toString("base64url")}`;
}

/** The guard as it stands at an operation. */
function guardOf(pair: Pair, options: JsonObject, store: Store = memoryStore()): (exchange: Exchange) => unknown {
  const keys = pair.alg === "HS256" ? { secret: "env:SALLYPORT_BENCH_SECRET" } : { keys: "file:jwks.json" };
  const posted = jwt.post({ issuer: ISSUER, audience: AUDIENCE, algorithms: pair.alg, ...keys, ...options }, { pointer: "", report: (pointer, message) => fail(`${pointer}: ${message}`) });
  const folder = writeKeys([pair.jwk]);
  return posted?.compile(siteOf({ guard: jwt, operation: AT, store, site: { folder, external: [EXTERNAL] } })) ?? fail("the guard does not stand");
}

const AT = { security: [[{ scheme: { name: "oauth", type: "oauth2" as const, place: { file: "", pointer: "" } }, scopes: [] }]] };

function exchangesOf(authorizations: readonly string[], also: readonly (readonly [string, string])[] = []): readonly Exchange[] {
  return authorizations.map((authorization, at) => exchangeOf({ now, fields: [["host", "api.example"], ["user-agent", "bench"], ["accept", "*/*"], ["authorization", authorization], ...(also[at] === undefined ? [] : [also[at]])] }, operation(AT)));
}

function counting(check: (exchange: Exchange) => unknown, exchanges: readonly Exchange[]): () => number {
  return () => {
    let good = 0;
    for (const exchange of exchanges) {
      const verdict = check(exchange) as { readonly kind?: string } | undefined;
      if (verdict?.kind === "principal") good++;
    }
    return good;
  };
}

function tableOf(alg: string): Table {
  const pair = pairOf(alg);
  const tokens = Array.from({ length: TOKENS }, (_, at) => makeToken(pair, { sub: `ann-${at}`, jti: `${at}` }));
  const exchanges = exchangesOf(tokens.map((token) => `Bearer ${token}`));
  const key = alg === "HS256" ? pair.secret : createPublicKey({ format: "jwk", key: pair.jwk as never });
  const pem = alg === "HS256" ? SECRET : key.export({ format: "pem", type: "spki" }).toString();
  const rules = { allowedIss: ISSUER, allowedAud: AUDIENCE, algorithms: [alg as "ES256"] };
  const fast = { cached: createVerifier({ key: pem, ...rules, cache: 2 * TOKENS }), uncached: createVerifier({ key: pem, ...rules }) };
  const each = (check: (token: string) => unknown): (() => number) => () => tokens.reduce((good, token) => (check(token) === undefined ? good : good + 1), 0);
  const subjects: Subject[] = [
    { name: "sallyport, cached", checks: TOKENS, pass: counting(guardOf(pair, {}), exchanges) },
    { name: "fast-jwt, cached", checks: TOKENS, pass: each((token) => fast.cached(token)) },
    { name: "sallyport, uncached", checks: TOKENS, pass: counting(guardOf(pair, { cache: 0, signatures: MANY }), exchanges) },
    { name: "fast-jwt, uncached", checks: TOKENS, pass: each((token) => fast.uncached(token)) },
    { name: "jose", checks: TOKENS, pass: () => inTurn(tokens, (token) => jwtVerify(token, key, { issuer: ISSUER, audience: AUDIENCE, algorithms: [alg], typ: "at+jwt" })) },
    { name: "parse and verify", checks: TOKENS, pass: each((token) => parseAndVerify(token, alg, key)) },
  ];
  // It knows no Ed25519.
  if (alg !== "EdDSA") subjects.splice(5, 0, { name: "jsonwebtoken", checks: TOKENS, pass: each((token) => jsonwebtoken.verify(token, pem, { issuer: ISSUER, audience: AUDIENCE, algorithms: [alg as "ES256"] })) });
  return { title: alg, subjects };
}

/** The least: what has to be computed whoever does it. */
function parseAndVerify(token: string, alg: string, key: KeyObject): unknown {
  const second = token.lastIndexOf(".");
  const [header = "", payload = "", signed = ""] = token.split(".");
  JSON.parse(Buffer.from(header, "base64url").toString());
  const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
  const text = Buffer.from(token.slice(0, second));
  const bytes = Buffer.from(signed, "base64url");
  if (alg === "HS256") {
    const { createHmac, timingSafeEqual } = process.getBuiltinModule("node:crypto");
    return timingSafeEqual(createHmac("sha256", key).update(text).digest(), bytes) ? claims : undefined;
  }
  return verify(alg === "EdDSA" ? null : "sha256", text, { key, dsaEncoding: "ieee-p1363" }, bytes) ? claims : undefined;
}

async function inTurn(tokens: readonly string[], check: (token: string) => Promise<unknown>): Promise<number> {
  let good = 0;
  for (const token of tokens) if ((await check(token)) !== undefined) good++;
  return good;
}

function dpopTable(alg: "ES256" | "EdDSA"): Table {
  const issuer = makePair("ES256", "one");
  const { privateKey, publicKey } = alg === "ES256" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("ed25519");
  const jwk = publicKey.export({ format: "jwk" }) as JsonObject;
  const thumbprint = thumbprintOf(jwk) ?? "";
  const token = makeToken(issuer, { cnf: { jkt: thumbprint } });
  const ath = hash("sha256", token, "base64url");
  const proofs = Array.from({ length: PROOFS }, (_, at) => makeProof(`${at}`));
  const exchanges = exchangesOf(proofs.map(() => `DPoP ${token}`), proofs.map((proof) => ["dpop", proof] as const));
  const key = createPublicKey({ format: "jwk", key: issuer.jwk as never });
  let store = memoryStore();
  const check = guardOf(issuer, { dpop: {} }, { ...store, once: (...of) => store.once(...of) });
  const seen = new Set<string>();

  function makeProof(jti: string): string {
    const signed = [{ typ: "dpop+jwt", alg, jwk }, { jti, htm: "GET", htu: `${EXTERNAL}/orders`, iat: seconds, ath }].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
    return `${signed}.${sign(alg === "ES256" ? "sha256" : null, Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  }

  async function withJose(proof: string): Promise<unknown> {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: "dpop+jwt", algorithms: [alg], maxTokenAge: "1h" });
    const bound = (await calculateJwkThumbprint(protectedHeader.jwk as never)) === thumbprint;
    const good = bound && payload["htm"] === "GET" && payload["htu"] === `${EXTERNAL}/orders` && payload["ath"] === hash("sha256", token, "base64url") && !seen.has(String(payload.jti));
    seen.add(String(payload.jti));
    return good ? payload : undefined;
  }

  return {
    title: `DPoP, ${alg}`,
    subjects: [
      {
        name: "sallyport, token cached",
        checks: PROOFS,
        pass() {
          store = memoryStore();
          return counting(check, exchanges)();
        },
      },
      {
        name: "jose, proof alone",
        checks: PROOFS,
        pass() {
          seen.clear();
          return inTurn(proofs, withJose);
        },
      },
      { name: "jose, token and proof", checks: PROOFS, pass: () => (seen.clear(), inTurn(proofs, async (proof) => (await jwtVerify(token, key, { issuer: ISSUER, audience: AUDIENCE, typ: "at+jwt" })) && withJose(proof))) },
      { name: "parse and verify", checks: PROOFS, pass: () => proofs.reduce((good, proof) => (parseAndVerify(proof, alg, publicKey) === undefined ? good : good + 1), 0) },
    ],
  };
}

async function measure({ name, checks, pass }: Subject, milliseconds: number): Promise<number> {
  const begin = performance.now();
  let done = 0;
  let elapsed = 0;
  do {
    const good = await pass();
    if (good !== checks) throw new Error(`${name}: ${checks - good} good ones were refused`);
    done += checks;
    elapsed = performance.now() - begin;
  } while (elapsed < milliseconds);
  return (done / elapsed) * 1_000;
}

async function run({ title, subjects }: Table): Promise<void> {
  const rates = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  for (const subject of subjects) await measure(subject, 400);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (let turn = 0; turn < subjects.length; turn++) {
      const subject = subjects[(round + turn) % subjects.length];
      if (subject !== undefined) rates.get(subject.name)?.push(await measure(subject, Number(values.seconds) * 1_000));
    }
  }
  const least = rates.get("parse and verify") ?? [];
  const rows = subjects.map(({ name }) => {
    const own = rates.get(name) ?? [];
    const { median = 0, least: low = 0, greatest = 0 } = takeSpread(own) ?? {};
    const ratio = takeSpread(own.map((rate, at) => rate / (least[at] ?? Number.NaN)))?.median ?? 0;
    return [name, ...[median, low, greatest].map((rate) => Math.round(rate).toLocaleString("en")), ratio.toFixed(2)];
  });
  console.log(`\n${writeTable([[title, "checks/s", "least", "most", "against parse and verify"], ...rows])}`);
}

function fail(message: string): never {
  throw new Error(message);
}

const tables: readonly (() => Table)[] = [...["HS256", "RS256", "ES256", "EdDSA"].map((alg) => () => tableOf(alg)), () => dpopTable("ES256"), () => dpopTable("EdDSA")];
for (const open of tables) {
  const table = open();
  if (table.title.includes(values.only)) await run(table);
}
