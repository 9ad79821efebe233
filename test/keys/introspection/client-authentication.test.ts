import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { jwtVerify } from "jose";
import { type ClientWishes, type OpenedClient, openClient } from "../../../src/keys/introspection/client-authentication.ts";
import { ISSUER, NOW } from "../issuer.ts";

const folder = mkdtempSync(path.join(tmpdir(), "sallyport-client-"));
const site = { issuer: ISSUER, folder, random: randomBytes };
process.env["SALLYPORT_TEST_CLIENT"] = "s:e%c r+t\u{e9}";
const wishes: ClientWishes = { id: "gate:way", secret: undefined, send: "header", key: undefined, kid: undefined };

function open(particulars: Partial<ClientWishes>): OpenedClient {
  const opened = openClient({ ...wishes, ...particulars }, site);
  return "wrong" in opened ? assert.fail(opened.wrong) : opened;
}

test("R22: a secret travels in the header, each part in the encoding of forms (RFC 6749, section 2.3.1)", () => {
  const form = new URLSearchParams();
  const header = open({ secret: "env:SALLYPORT_TEST_CLIENT" }).authenticate(form, NOW) ?? "";
  assert.equal(Buffer.from(header.slice("Basic ".length), "base64").toString(), "gate%3Away:s%3Ae%25c+r%2Bt%C3%A9");
  assert.equal(form.toString(), "");
});

test("R22: or in the form, and then nothing is in the header", () => {
  const form = new URLSearchParams();
  assert.equal(open({ secret: "env:SALLYPORT_TEST_CLIENT", send: "form" }).authenticate(form, NOW), undefined);
  assert.deepEqual([...form], [["client_id", "gate:way"], ["client_secret", "s:e%c r+t\u{e9}"]]);
});

test("R22: an assertion is for the issuer, lives for a minute and is never the same; an outside hand can check it", async () => {
  const pairs = [generateKeyPairSync("ec", { namedCurve: "P-256" }), generateKeyPairSync("ed25519"), generateKeyPairSync("rsa", { modulusLength: 2_048 })];
  for (const [at, { privateKey }] of pairs.entries()) {
    const [pem, jwk] = [`${at}.pem`, `${at}.json`];
    writeFileSync(path.join(folder, pem), privateKey.export({ format: "pem", type: "pkcs8" }));
    writeFileSync(path.join(folder, jwk), JSON.stringify(privateKey.export({ format: "jwk" })));
    const seen = new Set<unknown>();
    for (const file of [pem, jwk]) {
      const form = new URLSearchParams();
      assert.equal(open({ key: `file:${file}`, kid: "one" }).authenticate(form, NOW), undefined);
      assert.equal(form.get("client_assertion_type"), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
      const { payload, protectedHeader } = await jwtVerify(form.get("client_assertion") ?? "", createPublicKey(privateKey), { issuer: "gate:way", subject: "gate:way", audience: ISSUER, currentDate: new Date(NOW) });
      assert.equal(protectedHeader.kid, "one");
      assert.equal(Number(payload.exp) - Number(payload.iat), 60);
      seen.add(payload.jti);
    }
    assert.equal(seen.size, 2);
  }
});

test("mistakes are told, and no secret with them", () => {
  const said = (particulars: Partial<ClientWishes>): string => {
    const opened = openClient({ ...wishes, ...particulars }, site);
    return "wrong" in opened ? opened.wrong : assert.fail("taken");
  };
  writeFileSync(path.join(folder, "public.pem"), generateKeyPairSync("ed25519").publicKey.export({ format: "pem", type: "spki" }));
  writeFileSync(path.join(folder, "weak.pem"), generateKeyPairSync("rsa", { modulusLength: 1_024 }).privateKey.export({ format: "pem", type: "pkcs8" }));
  writeFileSync(path.join(folder, "other.pem"), generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey.export({ format: "pem", type: "pkcs8" }));
  assert.match(said({}), /either a secret or a key/);
  assert.match(said({ secret: "env:SALLYPORT_TEST_CLIENT", key: "file:0.pem" }), /either a secret or a key/);
  assert.match(said({ secret: "env:ABSENT_HERE" }), /client: secret: the environment has no ABSENT_HERE/);
  assert.doesNotMatch(said({ secret: "hunter2" }), /hunter2/);
  assert.doesNotMatch(said({ key: "hunter2" }), /hunter2/);
  for (const file of ["absent.pem", "public.pem"]) assert.match(said({ key: `file:${file}` }), /no private key/);
  for (const file of ["weak.pem", "other.pem"]) assert.match(said({ key: `file:${file}` }), /no key that could sign/);
});

test("the version changes with the secret and with the key", () => {
  const versions = new Set([open({ key: "file:0.pem" }).version, open({ key: "file:1.pem" }).version, open({ secret: "env:SALLYPORT_TEST_CLIENT" }).version]);
  process.env["SALLYPORT_TEST_CLIENT"] = "another";
  versions.add(open({ secret: "env:SALLYPORT_TEST_CLIENT" }).version);
  assert.equal(versions.size, 4);
  assert.equal(open({ key: "file:0.pem" }).version, open({ key: "file:0.json" }).version);
});
