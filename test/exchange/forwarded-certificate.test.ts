import assert from "node:assert/strict";
import { test } from "node:test";
import { readRanges } from "../../src/exchange/address.ts";
import { vouchedCertificateOf } from "../../src/exchange/certificate.ts";
import { fieldsOf } from "../../src/exchange/fields.ts";
import { callerCertificate, CERTIFICATE_CHARACTERS_MAX, type CertificateSources } from "../../src/exchange/forwarded-certificate.ts";

const ranges = readRanges(["10.0.0.0/8"]);
assert.ok("contains" in ranges);
const PROXY = "10.0.0.1";
const proxys = vouchedCertificateOf(Buffer.from("the proxy's own"));
const der = Buffer.from("the caller's");
const field = `:${der.toString("base64")}:`;

function found(particulars: Partial<CertificateSources> & { readonly written?: readonly string[] }): ReturnType<typeof callerCertificate> {
  const { written = [], ...sources } = particulars;
  const fields = fieldsOf(written.flatMap((value) => ["client-cert", value]));
  return callerCertificate({ peer: PROXY, fields, certificate: undefined, trusted: ranges as Extract<typeof ranges, { contains: unknown }>, forwarded: true, ...sources });
}

test("a trusted proxy says its caller's certificate, where the policy says that it does", () => {
  assert.deepEqual(found({ written: [field] }), vouchedCertificateOf(der));
  assert.equal(found({ written: [field] }), found({ written: [field] }), "read once");
  assert.deepEqual(found({ written: [field], certificate: proxys }), vouchedCertificateOf(der));
  assert.equal(found({ written: [field], forwarded: false }), undefined);
});

test("nobody else says one, whatever he writes", () => {
  for (const peer of ["192.0.2.1", "::ffff:192.0.2.1", "", "unknown"]) {
    assert.equal(found({ written: [field], peer }), undefined, peer);
    assert.equal(found({ written: [field], peer, certificate: proxys }), proxys, "his own is the connection's");
  }
  const nobody = readRanges([]);
  assert.ok("contains" in nobody);
  assert.equal(found({ written: [field], trusted: nobody }), undefined);
});

test("the certificate of a trusted proxy is never its caller's", () => {
  assert.equal(found({ certificate: proxys }), undefined);
  assert.equal(found({ certificate: proxys, forwarded: false }), undefined);
  assert.equal(found({ certificate: proxys, forwarded: false, peer: "::ffff:10.0.0.1" }), undefined, "however its address is written");
});

test("a field that cannot be read is a certificate that nobody vouches for, and not none", () => {
  const faults: readonly (readonly [readonly string[], RegExp])[] = [
    [[field, field], /several/],
    [[""], /malformed/],
    [["::"], /malformed/],
    [[der.toString("base64")], /malformed/],
    [[`:${der.toString("base64url")}-_:`], /malformed/],
    [[field.replace(":", ": ")], /malformed/],
    [[`${field};a=1`], /malformed/],
    [[":YQ:"], /malformed/],
    [[":YR==:"], /malformed/],
    [[`:${"A".repeat(CERTIFICATE_CHARACTERS_MAX)}:`], /malformed/],
    [["-----BEGIN CERTIFICATE-----"], /malformed/],
  ];
  for (const [written, expected] of faults) {
    const certificate = found({ written });
    assert.match(certificate?.fault ?? "", expected, written[0]?.slice(0, 40));
    assert.equal(certificate?.bytes.byteLength, 0);
  }
  const most = `:${Buffer.alloc((CERTIFICATE_CHARACTERS_MAX / 4) * 3 - 3).toString("base64")}:`;
  assert.equal(found({ written: [most] })?.fault, undefined, "up to the bound");
});
