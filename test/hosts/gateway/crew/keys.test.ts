/** Keys of an issuer, fetched once for all threads of a gateway. */
import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { writeMisfit } from "../../../../src/contract/misfit.ts";
import { startGateway } from "../../../../src/hosts/gateway/gateway.ts";
import { POLICY, writeFiles } from "../../../hosts.ts";
import { AUDIENCE, goodClaims, makePair, type Pair, token } from "../../../keys/issuer.ts";
import { openApi, recordingSink } from "../rig.ts";

const skip = process.platform === "linux" ? false : "several threads behind one port need Linux";
const DISCOVERY = "/.well-known/openid-configuration";

interface Place {
  readonly ask: (pair: Pair) => Promise<number>;
  /** What the issuer was asked for. */
  readonly asked: string[];
  /** The keys that it publishes, or undefined while it is down. */
  published: readonly Pair[] | undefined;
}

async function open(t: TestContext, pairs: readonly Pair[]): Promise<Place> {
  const api = await openApi((_request, response) => response.writeHead(200, { "content-type": "application/json" }).end("[1]"));
  const issuer = http.createServer((request, response) => {
    place.asked.push(request.url ?? "");
    if (place.published === undefined) return response.writeHead(503).end();
    const document = request.url === DISCOVERY ? { issuer: name, jwks_uri: `${name}/keys` } : { keys: place.published.map(({ jwk }) => jwk) };
    return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
  const name = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  const policy = { ...POLICY, threads: 4, everywhere: { jwt: { issuer: name, audience: AUDIENCE }, "token-bucket": { burst: 100_000, window: "1s" } } };
  const start = await startGateway(writeFiles({ policy }, `http://127.0.0.1:${api.port}`), { say: () => undefined, watch: false, sink: recordingSink([]) });
  if ("misfits" in start) return assert.fail(start.misfits.map(writeMisfit).join("\n"));
  t.after(async () => {
    await start.gateway.stop();
    issuer.closeAllConnections();
    issuer.close();
    await api.stop();
  });
  const seconds = Math.floor(Date.now() / 1_000);
  const ask = (pair: Pair): Promise<number> => statusOf(`${start.gateway.url}/prices`, token(pair, { claims: { ...goodClaims(), iss: name, iat: seconds - 10, exp: seconds + 600 } }));
  const place: Place = { ask, asked: [], published: pairs };
  return place;
}

/** Each request on a connection of its own, so that the kernel spreads them over the threads. */
function statusOf(url: string, credential: string): Promise<number> {
  return new Promise((resolve, reject) => {
    http.get(url, { agent: false, headers: { authorization: `Bearer ${credential}` } }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    }).once("error", reject);
  });
}

const statuses = async (count: number, ask: (at: number) => Promise<number>): Promise<ReadonlySet<number>> => new Set(await Promise.all(Array.from({ length: count }, (_, at) => ask(at))));

test("R15: four threads fetch the issuer's metadata and keys once, and once more for any number of made-up key ids", { skip }, async (t) => {
  const good = makePair("ES256", "first");
  const place = await open(t, [good]);
  assert.deepEqual(await statuses(60, () => place.ask(good)), new Set([200]));
  assert.deepEqual(place.asked, [DISCOVERY, "/keys"]);
  assert.deepEqual(await statuses(100, (at) => place.ask({ ...good, kid: `made up ${at}` })), new Set([401]));
  assert.deepEqual(place.asked, [DISCOVERY, "/keys", "/keys"]);
});

test("R15: a rotation reaches every thread with one fetch, and an issuer that is down stops no thread that knows its keys", { skip }, async (t) => {
  const [first, second] = [makePair("ES256", "first"), makePair("ES256", "second")];
  const place = await open(t, [first]);
  assert.deepEqual(await statuses(60, () => place.ask(first)), new Set([200]));
  place.published = [second];
  assert.deepEqual(await statuses(60, () => place.ask(second)), new Set([200]));
  assert.deepEqual(place.asked, [DISCOVERY, "/keys", "/keys"]);
  place.published = undefined;
  assert.deepEqual(await statuses(60, () => place.ask(second)), new Set([200]));
  assert.deepEqual(await statuses(60, () => place.ask(first)), new Set([401]));
});
