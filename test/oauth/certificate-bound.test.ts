/**
 * Certificate-bound test: tokens that a real issuer has bound to a client certificate (RFC 8705), over real TLS.
 */
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { tmpdir } from "node:os";
import path from "node:path";
import * as oauth from "oauth4webapi";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { writeMisfit } from "../../src/contract/misfit.ts";
import { developmentCertificate } from "../../src/hosts/gateway/certificates.ts";
import { type Gateway, startGateway } from "../../src/hosts/gateway/gateway.ts";
import { type Authority, type Issued, missing, openAuthority } from "../authority.ts";
import { CONTRACT, POLICY, writeFiles } from "../hosts.ts";
import { OPAQUE, RESOURCE, type RunningProvider, SCOPES, startProvider } from "./provider.ts";

describe("certificate-bound tokens", { skip: missing ?? false }, () => {
  let provider: RunningProvider;
  let authority: Authority;
  let own: Issued;
  let other: Issued;
  let gateway: Gateway;
  const api = http.createServer((_request, response) => response.writeHead(200, { "content-type": "application/json" }).end('{"id":"a-1","amount":5}'));

  before(async () => {
    provider = await startProvider();
    process.env["SALLYPORT_TEST_OAUTH_SECRET"] = provider.secret;
    authority = openAuthority("ours");
    [own, other] = [authority.issue({ subject: "/CN=till" }), authority.issue({ subject: "/CN=other" })];
    await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
    gateway = await open();
  });
  after(async () => {
    await gateway.stop();
    api.closeAllConnections();
    api.close();
    authority.remove();
    await provider.stop();
  });

  async function open(): Promise<Gateway> {
    const { certificateFile: certificate, keyFile: key } = developmentCertificate(mkdtempSync(path.join(tmpdir(), "sallyport-tls-")));
    const about: JsonObject = { issuer: provider.url, audience: RESOURCE, bound: "mtls" };
    const everywhere = { jwt: about, introspection: { ...about, client: { id: "gateway", secret: "env:SALLYPORT_TEST_OAUTH_SECRET" } } };
    const policy = { ...POLICY, listen: { port: 0, tls: { certificate, key, clients: {} } }, everywhere };
    const start = await startGateway(writeFiles({ contract: CONTRACT, policy }, `http://127.0.0.1:${(api.address() as AddressInfo).port}`), { say: () => undefined, watch: false });
    if ("misfits" in start) assert.fail(start.misfits.map(writeMisfit).join("\n"));
    return start.gateway;
  }

  /** A token that was asked for with this certificate. */
  async function token(resource: string, { certificate }: Issued): Promise<string> {
    const till: oauth.Client = { client_id: "till" };
    const plain = { [oauth.allowInsecureRequests]: true } as const;
    const issuer = new URL(provider.url);
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, plain));
    provider.certificate = certificate;
    const answer = await oauth.clientCredentialsGrantRequest(as, till, oauth.ClientSecretBasic(provider.secret), { scope: SCOPES, resource }, plain);
    return (await oauth.processClientCredentialsResponse(as, till, answer)).access_token;
  }

  function ask(access: string, with_?: Issued): Promise<{ readonly status: number; readonly challenge: string }> {
    const credential = with_ === undefined ? {} : { cert: with_.certificate, key: with_.key };
    return new Promise((resolve, reject) => {
      const request = https.get(`${gateway.url}/orders/a-1`, { ...credential, headers: { authorization: `Bearer ${access}` }, agent: false, rejectUnauthorized: false }, (response) => {
        response.resume();
        response.on("end", () => resolve({ status: response.statusCode ?? 0, challenge: response.headers["www-authenticate"] ?? "" }));
      });
      request.on("error", reject);
    });
  }

  for (const [kind, resource] of [["JWT", RESOURCE], ["opaque", OPAQUE]] as const) {
    test(`R16: ${kind}: it passes on a connection with its certificate, and on no other`, async () => {
      const access = await token(resource, own);
      assert.equal((await ask(access, own)).status, 200);
      for (const credential of [other, undefined]) {
        const { status, challenge } = await ask(access, credential);
        assert.equal(status, 401);
        assert.match(challenge, /error="invalid_token"/);
      }
      assert.equal((await ask(await token(resource, other), other)).status, 200);
    });
  }
});
