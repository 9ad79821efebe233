/** Client certificates from the handshake to the API: real TLS, real authorities, and proxies that are believed or not. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { AuditRecord } from "../../src/audit/record.ts";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { writeMisfit } from "../../src/contract/misfit.ts";
import { issueCertificate, localHosts, makeAuthority } from "../../src/hosts/gateway/certificates.ts";
import { type Gateway, startGateway } from "../../src/hosts/gateway/gateway.ts";
import { type Authority, type Issued, missing, openAuthority } from "../authority.ts";
import { CONTRACT, ISSUER, POLICY, startHosts, send, token, writeFiles } from "../hosts.ts";
import { openApi, recordingSink } from "./gateway/rig.ts";

const skip = missing ?? false;
const folder = mkdtempSync(path.join(tmpdir(), "sallyport-mutual-tls-"));
const own = makeAuthority("door", localHosts, new Date());
const served = issueCertificate(own, localHosts, new Date());
const scheme = { components: { securitySchemes: { login: { type: "mutualTLS" } } } };
const callers = [{ dns: "*.tills.example", scopes: "orders:read" }];

let authority: Authority;
let foreign: Authority;
before(() => {
  if (missing !== undefined) return;
  authority = openAuthority("ours");
  foreign = openAuthority("theirs");
  for (const [file, text] of [["served.pem", served.certificate], ["served.key", String(served.key.export({ format: "pem", type: "pkcs8" }))], ["clients.pem", authority.certificate], ["revoked.pem", authority.list()]] as const) writeFileSync(path.join(folder, file), text);
});
after(() => {
  authority?.remove();
  foreign?.remove();
  rmSync(folder, { recursive: true });
});

interface Opened {
  readonly gateway: Gateway;
  readonly records: AuditRecord[];
  readonly asked: string[];
  readonly stop: () => Promise<void>;
}

async function open(policy: JsonObject, contract: JsonObject = { ...CONTRACT, ...scheme }): Promise<Opened> {
  const asked: string[] = [];
  const api = await openApi((request, response) => {
    asked.push(JSON.stringify(request.headers));
    response.writeHead(200, { "content-type": "application/json" }).end('{"id":"a-1","amount":5}');
  });
  const records: AuditRecord[] = [];
  const clients = { authorities: path.join(folder, "clients.pem"), revoked: path.join(folder, "revoked.pem") };
  const listen = { port: 0, tls: { certificate: path.join(folder, "served.pem"), key: path.join(folder, "served.key"), clients } };
  const start = await startGateway(writeFiles({ policy: { ...POLICY, listen, ...policy }, contract }, `http://127.0.0.1:${api.port}`), { say: () => undefined, watch: false, sink: recordingSink(records) });
  if ("misfits" in start) throw new Error(start.misfits.map(writeMisfit).join("\n"));
  const { gateway } = start;
  return { gateway, records, asked, stop: async () => (await gateway.stop(), api.stop()) };
}

function get({ gateway }: Opened, issued: Issued | undefined, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const client = issued === undefined ? {} : { cert: issued.certificate, key: issued.key };
    https.get(`${gateway.url}/orders/a-1`, { ca: own.certificate, servername: "localhost", agent: false, headers, ...client }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    }).once("error", reject);
  });
}

test("a certificate of our authority and of the right name comes in; every other one is refused, and the record says why", { skip }, async () => {
  const good = authority.issue({ subject: "/CN=7", names: "DNS:seven.tills.example" });
  const gone = authority.issue({ subject: "/CN=8", names: "DNS:eight.tills.example" });
  authority.revoke(gone);
  writeFileSync(path.join(folder, "revoked.pem"), authority.list());
  const opened = await open({ everywhere: { "mutual-tls": { callers, identity: "dns" } } });
  const cases: readonly (readonly [Issued | undefined, number, string | undefined])[] = [
    [good, 200, undefined],
    [undefined, 401, undefined],
    [foreign.issue({ subject: "/CN=7", names: "DNS:seven.tills.example" }), 401, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    [authority.issue({ subject: "/CN=7", names: "DNS:seven.tills.example", from: -9, until: -1 }), 401, "CERT_HAS_EXPIRED"],
    [gone, 401, "CERT_REVOKED"],
    [authority.issue({ subject: "/CN=7", names: "DNS:seven.offices.example" }), 401, "no rule holds for it"],
  ];
  for (const [issued, status] of cases) assert.equal(await get(opened, issued), status);
  await opened.stop();
  assert.deepEqual(opened.records.map(({ because }) => because?.["certificate"]), cases.map(([, , why]) => why));
  assert.deepEqual([opened.records[0]?.principal, opened.records[0]?.credential], ["mutual-tls#client:seven.tills.example", `x5t:${createHash("sha256").update(good.bytes).digest("base64url")}`]);
  assert.equal(opened.asked.length, 1);
});

test("R16: a token that is bound to a certificate counts on a connection with that one, and on no other", { skip }, async () => {
  const mine = authority.issue({ subject: "/CN=mine" });
  const other = authority.issue({ subject: "/CN=other" });
  const bound = token({ cnf: { "x5t#S256": createHash("sha256").update(mine.bytes).digest("base64url") } });
  const opened = await open({ everywhere: { jwt: { issuer: ISSUER, audience: "orders", keys: "file:./jwks.json" } } }, CONTRACT);
  const headers = { authorization: `Bearer ${bound}` };
  assert.deepEqual([await get(opened, mine, headers), await get(opened, other, headers), await get(opened, undefined, headers)], [200, 401, 401]);
  assert.equal(await get(opened, foreign.issue({ subject: "/CN=mine" }), headers), 401);
  assert.equal(await get(opened, undefined, { ...headers, "client-cert": `:${mine.bytes.toString("base64")}:` }), 401, "a field is no connection");
  await opened.stop();
});

test("R30: Client-Cert is believed from a trusted proxy alone, behind every host, and reaches no API", { skip }, async () => {
  const till = authority.issue({ subject: "/CN=7", names: "DNS:seven.tills.example" });
  const headers = { "client-cert": `:${till.bytes.toString("base64")}:` };
  const contract = { ...CONTRACT, ...scheme };
  const everywhere = { "mutual-tls": { callers, identity: "dns" } };
  const cases: readonly (readonly [JsonObject, number])[] = [
    [{ certificates: "proxy", trust: ["127.0.0.1"] }, 200],
    [{ certificates: "proxy", trust: ["192.0.2.1"] }, 401],
    [{ certificates: "proxy" }, 401],
    [{ trust: ["127.0.0.1"] }, 401],
  ];
  for (const [settings, status] of cases) {
    const hosts = await startHosts({ policy: { ...POLICY, everywhere, ...settings }, contract });
    for (const host of hosts) {
      assert.equal((await send(host, { headers })).status, status, `${host.name} ${JSON.stringify(settings)}`);
      assert.ok(host.asked.every((asked) => asked.headers["client-cert"] === undefined));
      if (status === 200) assert.equal((await send(host, { headers: { "client-cert": `${headers["client-cert"]};x=1` } })).status, 401);
      await host.stop();
    }
  }
});

test("what cannot be an authority or a list keeps the door shut", { skip }, async () => {
  const leaf = authority.issue({ subject: "/CN=leaf" });
  for (const [file, text] of [["leaf.pem", leaf.certificate], ["rubbish.pem", "rubbish"]] as const) writeFileSync(path.join(folder, file), text);
  const tls = { certificate: path.join(folder, "served.pem"), key: path.join(folder, "served.key") };
  const at = (name: string): string => path.join(folder, name);
  const cases: readonly (readonly [JsonObject, RegExp])[] = [
    [{ authorities: at("leaf.pem") }, /no authority's/],
    [{ authorities: at("rubbish.pem") }, /holds no certificate/],
    [{ authorities: at("missing.pem") }, /cannot be read \(ENOENT\)/],
    [{ authorities: at("clients.pem"), revoked: at("rubbish.pem") }, /no PEM file that can be used/],
    [{ revoked: at("revoked.pem") }, /without an authority says nothing/],
  ];
  for (const [clients, expected] of cases) {
    const start = await startGateway(writeFiles({ policy: { ...POLICY, listen: { port: 0, tls: { ...tls, clients } } } }, "http://127.0.0.1:9"), { say: () => undefined, watch: false, sink: recordingSink([]) });
    assert.ok("misfits" in start);
    assert.match(start.misfits.map(writeMisfit).join(), expected);
  }
});
