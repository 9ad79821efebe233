/** Callers' certificates over real TLS: what the wire and the hosts on node:http make of them. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import tls from "node:tls";
import { certificateOf, type ClientCertificate, isWithdrawn } from "../../src/exchange/certificate.ts";
import { issueCertificate, localHosts, makeAuthority } from "../../src/hosts/gateway/certificates.ts";
import type { ClientAuthorities, FrontTls } from "../../src/hosts/gateway/front.ts";
import { readFacts } from "../../src/hosts/http-message.ts";
import { type Authority, type Issued, missing, openAuthority } from "../authority.ts";
import { openFake } from "./gateway/wire/fronts.ts";

const skip = missing ?? false;
const own = makeAuthority("door", localHosts, new Date());
const served = issueCertificate(own, localHosts, new Date());
const key = served.key.export({ format: "pem", type: "pkcs8" }).toString();

let authority: Authority;
let foreign: Authority;
before(() => {
  if (missing !== undefined) return;
  authority = openAuthority("ours");
  foreign = openAuthority("theirs");
});
after(() => {
  authority?.remove();
  foreign?.remove();
});

function secure(clients: ClientAuthorities | undefined, versions: FrontTls["versions"] = "1.2 and 1.3"): FrontTls {
  return { certificate: served.certificate, key, versions, clients };
}

interface Call {
  readonly issued?: Issued | undefined;
  readonly options?: tls.ConnectionOptions;
  readonly session?: Buffer;
}

/** One request on a connection of its own; answers once the answer is there. */
function call(port: number, { issued, options = {}, session }: Call): Promise<{ readonly reused: boolean; readonly session: Buffer | undefined }> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ port, host: "127.0.0.1", servername: "localhost", ca: own.certificate, ...(issued === undefined ? {} : { cert: issued.certificate, key: issued.key }), ...(session === undefined ? {} : { session }), ...options });
    let kept: Buffer | undefined;
    let reused = false;
    socket.on("session", (given) => (kept = given));
    socket.on("error", reject);
    socket.once("secureConnect", () => {
      reused = socket.isSessionReused();
      socket.write("GET /a HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    });
    socket.resume();
    socket.once("close", () => resolve({ reused, session: kept }));
  });
}

type Seen = ClientCertificate | undefined;

/** The certificates that a front saw, of one call each. */
async function seenByFront(clients: ClientAuthorities | undefined, calls: readonly Call[], versions?: FrontTls["versions"]): Promise<readonly Seen[]> {
  const front = await openFake(undefined, {}, secure(clients, versions));
  try {
    for (const one of calls) await call(front.port, one);
    return front.turns.map(({ facts }) => facts.certificate);
  } finally {
    await front.stop();
  }
}

/** The same behind node:https, with the program's own settings. */
async function seenByNode(options: https.ServerOptions, calls: readonly Call[]): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  const server = https.createServer({ cert: served.certificate, key, requestCert: true, rejectUnauthorized: false, ...options }, (request, response) => {
    seen.push(readFacts(request).certificate);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  for (const one of calls) await call((server.address() as AddressInfo).port, one);
  await new Promise((resolve) => server.close(resolve));
  return seen;
}

const thumbprint = ({ bytes }: Issued): string => createHash("sha256").update(bytes).digest("base64url");

test("a certificate that an authority of this door signed is seen, with its thumbprint and without a fault", { skip }, async () => {
  const till = authority.issue({ subject: "/O=Shop/CN=till" });
  for (const versions of ["1.3", "1.2 and 1.3"] as const) {
    const [seen] = await seenByFront({ authorities: authority.certificate, revoked: undefined }, [{ issued: till }], versions);
    assert.deepEqual(seen, { bytes: till.bytes, thumbprint: thumbprint(till), fault: undefined });
  }
  const [seen] = await seenByNode({ ca: authority.certificate }, [{ issued: till }]);
  assert.deepEqual(seen, { bytes: till.bytes, thumbprint: thumbprint(till), fault: undefined });
});

test("of a caller who sends none nothing is seen, and where none is asked for nobody is", { skip }, async () => {
  const clients = { authorities: authority.certificate, revoked: undefined };
  assert.deepEqual(await seenByFront(clients, [{}]), [undefined]);
  assert.deepEqual(await seenByNode({ ca: authority.certificate }, [{}]), [undefined]);
  const till = authority.issue({ subject: "/O=Shop/CN=till" });
  assert.deepEqual(await seenByFront(undefined, [{ issued: till }]), [undefined]);
  assert.deepEqual(await seenByNode({ requestCert: false }, [{ issued: till }]), [undefined]);
});

test("what nobody vouches for is seen with the reason: another authority, expired, not yet valid, revoked, for servers", { skip }, async () => {
  const good = authority.issue({ subject: "/CN=good" });
  const bad: readonly (readonly [Issued, string])[] = [
    [foreign.issue({ subject: "/CN=till" }), "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    [authority.issue({ subject: "/CN=till", from: -20, until: -10 }), "CERT_HAS_EXPIRED"],
    [authority.issue({ subject: "/CN=till", from: 5, until: 10 }), "CERT_NOT_YET_VALID"],
    [authority.issue({ subject: "/CN=till" }), "CERT_REVOKED"],
    [authority.issue({ subject: "/CN=till", use: "serverAuth" }), "INVALID_PURPOSE"],
  ];
  const [, , , revoked] = bad.map(([issued]) => issued);
  assert.ok(revoked !== undefined);
  authority.revoke(revoked);
  const list = authority.list();
  const calls = [good, ...bad.map(([issued]) => issued)].map((issued) => ({ issued }));
  const expected = [undefined, ...bad.map(([, fault]) => fault)];
  assert.deepEqual((await seenByFront({ authorities: authority.certificate, revoked: list }, calls)).map((seen) => seen?.fault), expected);
  assert.deepEqual((await seenByNode({ ca: authority.certificate, crl: list }, calls)).map((seen) => seen?.fault), expected);
});

test("a revocation list that has run out vouches for nobody", { skip }, async () => {
  const till = authority.issue({ subject: "/CN=till" });
  const [seen] = await seenByFront({ authorities: authority.certificate, revoked: authority.list(-1) }, [{ issued: till }]);
  assert.equal(seen?.fault, "CRL_HAS_EXPIRED");
});

test("without authorities nobody is vouched for, not even by those that browsers trust", { skip }, async () => {
  const till = authority.issue({ subject: "/CN=till" });
  const trusted = tls.getCACertificates("default");
  // As new in the types as in Node.
  const trust = (tls as typeof tls & { readonly setDefaultCACertificates: (certificates: readonly string[]) => void }).setDefaultCACertificates;
  trust([...trusted, authority.certificate]);
  try {
    const [seen] = await seenByFront({ authorities: undefined, revoked: undefined }, [{ issued: till }]);
    assert.deepEqual([seen?.thumbprint, seen?.fault], [thumbprint(till), "UNABLE_TO_VERIFY_LEAF_SIGNATURE"]);
  } finally {
    trust(trusted);
  }
});

test("no verdict is carried over from an earlier handshake: sessions are not resumed", { skip }, async () => {
  const till = authority.issue({ subject: "/CN=till" });
  for (const maxVersion of ["TLSv1.3", "TLSv1.2"] as const) {
    for (const clients of [undefined, { authorities: authority.certificate, revoked: undefined }]) {
      const front = await openFake(undefined, {}, secure(clients));
      try {
        const { session } = await call(front.port, { issued: till, options: { maxVersion } });
        const again = session === undefined ? { reused: false } : await call(front.port, { issued: till, session, options: { maxVersion } });
        assert.equal(again.reused, clients === undefined, maxVersion);
      } finally {
        await front.stop();
      }
    }
  }
});

test("new authorities or revocations are asked of everybody, those who are connected included", { skip }, async () => {
  const till = authority.issue({ subject: "/CN=till" });
  const front = await openFake(undefined, {}, secure({ authorities: authority.certificate, revoked: authority.list() }));
  const socket = tls.connect({ port: front.port, host: "127.0.0.1", servername: "localhost", ca: own.certificate, cert: till.certificate, key: till.key });
  const answered = new Promise((resolve) => socket.once("data", resolve));
  socket.write("GET /a HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await answered;
  const closed = new Promise((resolve) => socket.once("close", resolve));
  front.front.renew(secure({ authorities: authority.certificate, revoked: authority.list() }));
  authority.revoke(till);
  front.front.renew(secure({ authorities: authority.certificate, revoked: authority.list() }));
  await closed;
  await call(front.port, { issued: till });
  assert.deepEqual(front.turns.map(({ facts }) => facts.certificate !== undefined && isWithdrawn(facts.certificate)), [true, false], "for what goes on behind it");
  assert.deepEqual(front.turns.map(({ facts }) => facts.certificate?.fault), [undefined, "CERT_REVOKED"]);
  await front.stop();
});

/** Passes everything on but what callers say behind their first words, until it is let go. */
async function openHolding(port: number): Promise<{ readonly port: number; readonly held: Promise<void>; readonly letGo: () => void; readonly close: () => void }> {
  const held = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const server = net.createServer((near) => {
    const far = net.connect(port, "127.0.0.1");
    for (const one of [near, far]) one.on("error", () => undefined);
    far.pipe(near);
    near.once("data", (hello) => {
      far.write(hello);
      near.on("data", (more) => {
        held.resolve();
        void free.promise.then(() => far.write(more));
      });
    });
    near.once("close", () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, held: held.promise, letGo: () => free.resolve(), close: () => void server.close() };
}

test("a handshake that began before a revocation ends with nobody who is vouched for by the list of before", { skip }, async () => {
  for (const maxVersion of ["TLSv1.3", "TLSv1.2"] as const) {
    const till = authority.issue({ subject: "/CN=till" });
    const front = await openFake(undefined, {}, secure({ authorities: authority.certificate, revoked: authority.list() }));
    const between = await openHolding(front.port);
    const calling = call(between.port, { issued: till, options: { maxVersion } }).catch(() => undefined);
    await between.held;
    authority.revoke(till);
    front.front.renew(secure({ authorities: authority.certificate, revoked: authority.list() }));
    between.letGo();
    await calling;
    await call(front.port, { issued: till, options: { maxVersion } });
    assert.deepEqual(front.turns.map(({ facts }) => facts.certificate?.fault), ["CERT_REVOKED"], maxVersion);
    between.close();
    await front.stop();
  }
});

test("a certificate that only its holder's key proves is one that nobody vouches for", () => {
  assert.notEqual(certificateOf(Buffer.from("a certificate")).fault, undefined);
});
