import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { readPostgresAddress } from "../../../src/stores/database/postgres-address.ts";

const SECRET = "p%40ss-canary";

function wrongWith(url: string, plain?: string): string {
  const read = readPostgresAddress(url, plain);
  const said = "wrong" in read ? `${read.wrong} (${read.allowed ?? ""})` : "";
  assert.ok(!said.includes("canary"), "the URL is repeated");
  return said;
}

test("a URL is read into its parts", () => {
  assert.deepEqual(readPostgresAddress(`postgres://door:${SECRET}@127.0.0.1:5433/orders\n`, undefined), { address: { host: "127.0.0.1", port: 5_433, user: "door", password: "p@ss-canary", database: "orders", tls: undefined } });
  assert.deepEqual(readPostgresAddress("postgresql://door@[::1]/orders", undefined), { address: { host: "::1", port: 5_432, user: "door", password: undefined, database: "orders", tls: undefined } });
});

test("a socket in the file system is named by parameter, or as the host", () => {
  for (const url of ["postgres:///orders?host=/run/postgresql", "postgres://%2Frun%2Fpostgresql/orders"]) {
    const read = readPostgresAddress(url, undefined);
    assert.equal("address" in read && read.address.host, "/run/postgresql");
  }
});

test("across a network only TLS that is verified, or a reason", () => {
  const far = `postgres://door:${SECRET}@db.example/orders`;
  assert.match(wrongWith(far), /spoken to in clear .*sslmode=verify-full/);
  for (const mode of ["disable", "allow", "prefer"]) assert.match(wrongWith(`${far}?sslmode=${mode}`), /spoken to in clear/);
  assert.match(wrongWith(`${far}?sslmode=no-verify`), /nobody would check who the database is/);
  for (const mode of ["require", "verify-ca", "verify-full"]) {
    const read = readPostgresAddress(`${far}?sslmode=${mode}`, undefined);
    assert.deepEqual("address" in read && read.address.tls, { rejectUnauthorized: true, servername: "db.example" }, mode);
  }
  const plain = readPostgresAddress(far, "one machine, agreed 2026-11-20");
  assert.equal("address" in plain && plain.address.tls, undefined);
  const unverified = readPostgresAddress(`${far}?sslmode=no-verify`, "a tunnel of its own, agreed 2026-11-20");
  assert.deepEqual("address" in unverified && unverified.address.tls, { rejectUnauthorized: false, servername: "db.example" });
});

test("files of certificates are read at start-up", (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-address-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "root.pem");
  writeFileSync(file, "PEM");
  const read = readPostgresAddress(`postgres://db.example/orders?sslmode=verify-full&sslrootcert=${encodeURIComponent(file)}`, undefined);
  assert.equal("address" in read && read.address.tls?.ca, "PEM");
  assert.match(wrongWith("postgres://db.example/orders?sslmode=verify-full&sslkey=/nowhere"), /file of sslkey cannot be read/);
});

test("what is not such a URL is refused without a word of it", () => {
  for (const url of ["", "orders", "http://door:canary@db/orders", "postgres://", "postgres://h", "mysql://door:canary@db/x", "postgres://door:%zzcanary@127.0.0.1/x"]) assert.notEqual(wrongWith(url), "", url);
  assert.match(wrongWith(`postgres://door:${SECRET}@127.0.0.1/x?options=-c`), /parameter that is not known.*"options"/);
  assert.match(wrongWith("postgres://127.0.0.1/x?sslmode=disable&sslmode=require"), /twice/);
  assert.match(wrongWith("postgres://127.0.0.1/x?sslmode=yes"), /sslmode in the URL is not known/);
});
