/** Certificates: what they say, who believes them, and when they are made anew. */
import { strict as assert } from "node:assert";
import { execFile, spawnSync } from "node:child_process";
import { X509Certificate, createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { connect, createServer } from "node:tls";
import { promisify } from "node:util";
import {
  authorityDays, developmentCertificate, issueCertificate, leafDays, localHosts, makeAuthority, renewalHours,
} from "../../../src/hosts/gateway/certificates.ts";
import type { Credential, Hosts } from "../../../src/hosts/gateway/certificates.ts";

const dayMilliseconds = 86_400_000;
const hourMilliseconds = 3_600_000;
const folders: string[] = [];

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-certificates-"));
  folders.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function hasProgram(name: string): boolean {
  return spawnSync(name, ["--help"]).error === undefined;
}

function parse(credential: Credential): X509Certificate {
  return new X509Certificate(credential.certificate);
}

/** Shakes hands over a real connection and gives the protocol that both sides agreed on. */
async function shakeHands(leaf: Credential, trusted: string | undefined, servername: string): Promise<string | null> {
  const key = leaf.key.export({ type: "pkcs8", format: "pem" });
  const server = createServer({ key, cert: leaf.certificate, minVersion: "TLSv1.3" });
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  const socket = connect({ port, host: "127.0.0.1", servername, ...(trusted === undefined ? {} : { ca: trusted }) });
  try {
    await once(socket, "secureConnect");
    return socket.getProtocol();
  } finally {
    socket.destroy();
    server.close();
  }
}

test("the authority may sign certificates for its hosts and nothing else", () => {
  const now = new Date();
  const authority = parse(makeAuthority("Test authority", localHosts, now));
  assert.equal(authority.ca, true);
  assert.equal(authority.subject, "CN=Test authority");
  assert.equal(authority.issuer, authority.subject);
  assert.equal(authority.verify(authority.publicKey), true);
  assert.equal(authority.checkIssued(authority), true);
  assert.equal(authority.publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
  const life = authority.validToDate.getTime() - authority.validFromDate.getTime();
  assert.equal(life, authorityDays * dayMilliseconds - 1000);
});

test("a server certificate names the hosts and is signed by the authority", () => {
  const authority = makeAuthority("Test authority", localHosts, new Date());
  const leaf = issueCertificate(authority, localHosts, new Date());
  const parsed = parse(leaf);
  assert.equal(parsed.ca, false);
  assert.equal(parsed.subjectAltName, "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1");
  assert.equal(parsed.checkHost("localhost"), "localhost");
  assert.equal(parsed.checkIP("127.0.0.1"), "127.0.0.1");
  assert.equal(parsed.checkIP("::1"), "::1");
  assert.equal(parsed.checkHost("example.com"), undefined);
  assert.deepEqual(parsed.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
  assert.equal(parsed.checkPrivateKey(leaf.key), true);
  assert.equal(parsed.verify(parse(authority).publicKey), true);
  assert.equal(parsed.checkIssued(parse(authority)), true);
  const stranger = makeAuthority("Test authority", localHosts, new Date());
  assert.equal(parsed.verify(parse(stranger).publicKey), false);
});

test("a server certificate lives at most 397 days, and never longer than its authority", () => {
  const start = new Date("2026-03-01T00:00:00Z");
  const authority = makeAuthority("Test authority", localHosts, start);
  const early = parse(issueCertificate(authority, localHosts, start));
  assert.equal(early.validFromDate.getTime(), start.getTime());
  assert.equal(early.validToDate.getTime() - start.getTime(), leafDays * dayMilliseconds - 1000);
  assert.ok(leafDays <= 397);
  const late = parse(issueCertificate(authority, localHosts, new Date(start.getTime() + (authorityDays - 10) * dayMilliseconds)));
  assert.equal(late.validToDate.getTime(), parse(authority).validToDate.getTime());
});

test("a moment is written in the short form of time until 2049 and in the long one from 2050", () => {
  const authority = parse(makeAuthority("Test authority", localHosts, new Date("2049-12-31T23:59:59Z")));
  assert.equal(authority.validFromDate.toISOString(), "2049-12-31T23:59:59.000Z");
  assert.equal(authority.validToDate.getUTCFullYear(), 2059);
  assert.ok(authority.raw.includes(Buffer.from("\x17\x0d491231235959Z")), "UTCTime");
  assert.ok(authority.raw.includes(Buffer.from("\x18\x0f2059")), "GeneralizedTime");
});

test("serial numbers are positive, 16 bytes long and never repeat", () => {
  const authority = makeAuthority("Test authority", localHosts, new Date());
  const serials = Array.from({ length: 64 }, () => parse(issueCertificate(authority, localHosts, new Date())).serialNumber);
  for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/);
  assert.equal(new Set(serials).size, serials.length);
});

test("any name survives the way through the certificate, so that the chain still closes", () => {
  for (const name of ["A, B = C + \"D\"", "\u00dcbungsstelle", "x".repeat(64)]) {
    const authority = makeAuthority(name, localHosts, new Date());
    const leaf = issueCertificate(authority, localHosts, new Date());
    assert.equal(parse(leaf).checkIssued(parse(authority)), true, name);
  }
});

test("addresses are written in every form that IPv6 has, and nothing else passes for one", () => {
  const addresses = ["10.1.2.3", "2001:db8::8:800:200c:417a", "::", "fe80::", "1:2:3:4:5:6:7:8", "::ffff:10.0.0.1"];
  const hosts: Hosts = { names: [], addresses };
  const authority = makeAuthority("Test authority", hosts, new Date());
  const leaf = parse(issueCertificate(authority, hosts, new Date()));
  for (const address of addresses) assert.equal(leaf.checkIP(address), address);
  for (const address of ["10.1.2", "localhost", "::g", "1:2:3:4:5:6:7:8:9", ""]) {
    assert.throws(() => issueCertificate(authority, { names: [], addresses: [address] }, new Date()), TypeError, address);
  }
});

test("TLS 1.3 is spoken with whoever trusts the authority", async () => {
  const authority = makeAuthority("Test authority", localHosts, new Date());
  const leaf = issueCertificate(authority, localHosts, new Date());
  assert.equal(await shakeHands(leaf, authority.certificate, "localhost"), "TLSv1.3");
});

test("whoever does not trust the authority, or trusts its namesake, breaks off", async () => {
  const leaf = issueCertificate(makeAuthority("Test authority", localHosts, new Date()), localHosts, new Date());
  const namesake = makeAuthority("Test authority", localHosts, new Date());
  await assert.rejects(shakeHands(leaf, undefined, "localhost"), { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
  await assert.rejects(shakeHands(leaf, namesake.certificate, "localhost"), (fault: Error) => fault instanceof Error);
});

test("a certificate for a host that the authority was not made for is not believed", async () => {
  const authority = makeAuthority("Test authority", localHosts, new Date());
  const elsewhere = issueCertificate(authority, { names: ["bank.example"], addresses: [] }, new Date());
  await assert.rejects(shakeHands(elsewhere, authority.certificate, "bank.example"), /permitted subtree violation/);
  const outside = issueCertificate(authority, { names: ["localhost"], addresses: ["127.0.0.2"] }, new Date());
  await assert.rejects(shakeHands(outside, authority.certificate, "localhost"), /permitted subtree violation/);
});

test("a certificate that has run out, or has not begun, is not believed", async () => {
  const old = new Date(Date.now() - 400 * dayMilliseconds);
  const authority = makeAuthority("Test authority", localHosts, old);
  const expired = issueCertificate(authority, localHosts, old);
  await assert.rejects(shakeHands(expired, authority.certificate, "localhost"), { code: "CERT_HAS_EXPIRED" });
  const early = issueCertificate(authority, localHosts, new Date(Date.now() + dayMilliseconds));
  await assert.rejects(shakeHands(early, authority.certificate, "localhost"), { code: "CERT_NOT_YET_VALID" });
});

test("the first call writes what the second finds, readable by its owner alone", () => {
  const folder = join(makeFolder(), "tls");
  const first = developmentCertificate(folder);
  assert.equal(first.made, true);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(first.keyFile).mode & 0o777, 0o600);
  assert.equal(statSync(join(folder, "authority-key.pem")).mode & 0o777, 0o600);
  const before = readFileSync(first.certificateFile, "utf8");
  const second = developmentCertificate(folder);
  assert.deepEqual(second, { ...first, made: false });
  assert.equal(readFileSync(second.certificateFile, "utf8"), before);
});

test("a folder or key that became readable to others is closed again", () => {
  const folder = makeFolder();
  const { keyFile } = developmentCertificate(folder);
  chmodSync(keyFile, 0o644);
  chmodSync(folder, 0o755);
  assert.equal(developmentCertificate(folder).made, false);
  assert.equal(statSync(keyFile).mode & 0o777, 0o600);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test("the server certificate is renewed under the same authority a day before it ends", () => {
  const folder = makeFolder();
  const start = new Date("2026-03-01T00:00:00Z");
  const first = developmentCertificate(folder, start);
  const authority = readFileSync(first.authorityFile, "utf8");
  const end = new X509Certificate(readFileSync(first.certificateFile)).validToDate.getTime();
  const lastMoment = new Date(end - renewalHours * hourMilliseconds - 1);
  assert.equal(developmentCertificate(folder, lastMoment).made, false);
  const due = new Date(end - renewalHours * hourMilliseconds);
  assert.equal(developmentCertificate(folder, due).made, true);
  assert.equal(readFileSync(first.authorityFile, "utf8"), authority);
  assert.equal(developmentCertificate(folder, due).made, false);
});

test("an authority that ends is replaced together with its certificate", () => {
  const folder = makeFolder();
  const start = new Date("2026-03-01T00:00:00Z");
  const first = developmentCertificate(folder, start);
  const authority = readFileSync(first.authorityFile, "utf8");
  const end = new Date(start.getTime() + authorityDays * dayMilliseconds);
  assert.equal(developmentCertificate(folder, end).made, true);
  assert.notEqual(readFileSync(first.authorityFile, "utf8"), authority);
  assert.equal(developmentCertificate(folder, end).made, false);
});

test("whatever is broken, missing or foreign in the folder is made anew", () => {
  const damage: Record<string, (folder: string) => void> = {
    "no server certificate": (folder) => rmSync(join(folder, "certificate.pem")),
    "no server key": (folder) => rmSync(join(folder, "key.pem")),
    "half a certificate": (folder) => writeFileSync(join(folder, "certificate.pem"), "-----BEGIN CERTIFICATE-----\n"),
    "no authority key": (folder) => rmSync(join(folder, "authority-key.pem")),
    "a foreign key": (folder) => writeFileSync(join(folder, "key.pem"), readFileSync(join(folder, "authority-key.pem"))),
    "a foreign authority": (folder) => {
      const other = makeAuthority("Another", localHosts, new Date());
      writeFileSync(join(folder, "authority.pem"), other.certificate);
      writeFileSync(join(folder, "authority-key.pem"), other.key.export({ type: "pkcs8", format: "pem" }));
    },
    "a broken signature": (folder) => {
      const file = join(folder, "certificate.pem");
      const { raw } = new X509Certificate(readFileSync(file));
      raw[raw.length - 1] = raw.readUInt8(raw.length - 1) ^ 1;
      writeFileSync(file, `-----BEGIN CERTIFICATE-----\n${raw.toString("base64")}\n-----END CERTIFICATE-----\n`);
    },
    "a certificate for other hosts": (folder) => {
      const key = createPrivateKey(readFileSync(join(folder, "authority-key.pem")));
      const authority = { certificate: readFileSync(join(folder, "authority.pem"), "utf8"), key };
      const leaf = issueCertificate(authority, { names: ["localhost"], addresses: [] }, new Date());
      writeFileSync(join(folder, "certificate.pem"), leaf.certificate);
      writeFileSync(join(folder, "key.pem"), leaf.key.export({ type: "pkcs8", format: "pem" }));
    },
  };
  for (const [title, harm] of Object.entries(damage)) {
    const folder = makeFolder();
    developmentCertificate(folder);
    harm(folder);
    const renewed = developmentCertificate(folder);
    assert.equal(renewed.made, true, title);
    assert.equal(developmentCertificate(folder).made, false, title);
    const authority = new X509Certificate(readFileSync(renewed.authorityFile));
    assert.equal(new X509Certificate(readFileSync(renewed.certificateFile)).verify(authority.publicKey), true, title);
  }
});

test("openssl reads and verifies the chain strictly", { skip: !hasProgram("openssl") && "openssl is not installed" }, () => {
  const { authorityFile, certificateFile } = developmentCertificate(makeFolder());
  const verified = spawnSync("openssl", ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", authorityFile, certificateFile]);
  assert.equal(verified.stdout.toString(), `${certificateFile}: OK\n`, verified.stderr.toString());
  const authority = spawnSync("openssl", ["x509", "-noout", "-text", "-in", authorityFile]).stdout.toString();
  assert.match(authority, /Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/);
  assert.match(authority, /Key Usage: critical\s+Certificate Sign\n/);
  assert.match(authority, /Name Constraints: critical\s+Permitted:\s+DNS:localhost\s+IP:127\.0\.0\.1\/255\.255\.255\.255/);
  const leaf = spawnSync("openssl", ["x509", "-noout", "-text", "-in", certificateFile]).stdout.toString();
  assert.match(leaf, /Version: 3 \(0x2\)/);
  assert.match(leaf, /Signature Algorithm: ecdsa-with-SHA256/);
  assert.match(leaf, /Key Usage: critical\s+Digital Signature\n/);
  assert.match(leaf, /Extended Key Usage: *\s+TLS Web Server Authentication\n/);
  const keyOfAuthority = /Subject Key Identifier: *\s+([0-9A-F:]{59})\n/.exec(authority)?.[1];
  assert.ok(keyOfAuthority !== undefined && leaf.includes(keyOfAuthority), "the leaf points to the authority's key");
});

test("curl speaks with a server that shows the certificate", { skip: !hasProgram("curl") && "curl is not installed" }, async () => {
  const { authorityFile, certificateFile, keyFile } = developmentCertificate(makeFolder());
  const server = createHttpsServer({ key: readFileSync(keyFile), cert: readFileSync(certificateFile) }, (_request, response) => {
    response.end("open");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  const run = promisify(execFile);
  try {
    for (const host of ["localhost", "127.0.0.1"]) {
      const url = `https://${host}:${port}/`;
      assert.equal((await run("curl", ["-4", "-sS", "--noproxy", "*", "--cacert", authorityFile, url])).stdout, "open");
      await assert.rejects(run("curl", ["-4", "-sS", "--noproxy", "*", url]), { code: 60 });
    }
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
