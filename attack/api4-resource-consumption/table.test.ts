/**
 * Table: what is done to servers to have them do nothing else, and the test that does it here.
 *
 * A row that names a test which is not there fails. What cannot be shown to hurt Node says so: it was mended there, or Node has
 * nothing of the kind.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

interface Row {
  readonly attack: string;
  /** From the root of the repository. */
  readonly file: string;
  /** A part of the title, as it stands in the file. */
  readonly title: string;
}

const here = "attack/api4-resource-consumption";
const row = (attack: string, file: string, title: string): Row => ({ attack, file, title });

const ROWS: readonly Row[] = [
  row("slow head, letter by letter", `${here}/slow.test.ts`, "a head of which a letter comes now and then (Slowloris)"),
  row("slow head, line by line", `${here}/slow.test.ts`, "a head of which a line comes now and then"),
  row("slow body", `${here}/slow.test.ts`, "a body of which a letter comes now and then (R.U.D.Y.)"),
  row("slow chunks", `${here}/slow.test.ts`, "chunks of one letter"),
  row("slow reading", `${here}/slow.test.ts`, "a large answer that nobody reads"),
  row("idle connection, unused", `${here}/slow.test.ts`, "a connection on which nothing comes"),
  row("idle connection, kept alive", `${here}/slow.test.ts`, "a connection that was used once and then never again"),
  row("all of these, by an outside judge", `${here}/slow.test.ts`, "slowhttptest, an outside judge"),
  row("a policy that takes a time-out away", "test/policy/door.test.ts", "none can be taken away"),
  row("TLS, no greeting", `${here}/secured.test.ts`, "connections on which TLS is never begun"),
  row("TLS, flood of handshakes", `${here}/secured.test.ts`, "handshakes without end"),
  row("TLS, handshakes at once", "test/hosts/gateway/wire/handshakes.test.ts", "of those who do not greet so many are kept"),
  row("connections of one address", `${here}/much.test.ts`, "one address opens as many connections as it likes"),
  row("connections of many addresses", "test/hosts/gateway/turned-away.test.ts", "newConnectionsInAllPerSecond"),
  row("long target", `${here}/much.test.ts`, "a target of great length"),
  row("long field", `${here}/much.test.ts`, "a field of great length"),
  row("many fields", `${here}/much.test.ts`, "fields without number"),
  row("repeated Host", `${here}/much.test.ts`, "two hosts"),
  row("repeated Authorization", `${here}/much.test.ts`, "two credentials"),
  row("lenient parser", "test/hosts/gateway/gateway.test.ts", "--insecure-http-parser"),
  row("HTTP/2 rapid reset (CVE-2023-44487) and its kin", `${here}/secured.test.ts`, "streams of HTTP/2 that are reset"),
  row("HTTP/2 by negotiation", `${here}/secured.test.ts`, "a client that would rather speak HTTP/2"),
  row("JSON, deep", `${here}/much.test.ts`, "arrays within arrays"),
  row("JSON, deep objects", `${here}/much.test.ts`, "objects within objects"),
  row("JSON, one name again and again", `${here}/much.test.ts`, "one name many times"),
  row("JSON, many names (and hashes that collide)", `${here}/much.test.ts`, "many names"),
  row("body without end", `${here}/much.test.ts`, "a body without end"),
  row("bombs: gzip, twice gzip, zstd, br", `${here}/much.test.ts`, "bomb: whoever unpacks it"),
  row("bombs where a coding is declared", "test/exchange/content.test.ts", "a bomb is given up at its bound"),
  row("patterns that backtrack", `${here}/much.test.ts`, "a pattern that backtracks"),
  row("a field named __proto__ (CVE-2026-21710, mended in Node)", `${here}/much.test.ts`, "a field named __proto__"),
  row("made-up key ids, to have the issuer asked", "test/keys/load-keys.test.ts", "10,000 tokens with made-up key ids cost the issuer one request"),
  row("made-up opaque tokens, to have the issuer asked", "test/keys/introspection/introspect.test.ts", "made-up tokens push no good one out"),
  row("made-up tokens, to have signatures computed", `${here}/made-up-tokens.test.ts`, "without a bound every made-up token costs a signature"),
  row("logins, to have passwords hashed", "test/hosts/basic.test.ts", "a flood of logins is refused, and everything that needs none goes on"),
  row("invented callers, to wash out a limit", `${here}/flush.test.ts`, "neither five thousand nor five hundred thousand do so here"),
  row("an audit log that cannot keep up", "test/audit/log.test.ts", "a full queue is not ready"),
];

for (const { attack, file, title } of ROWS) {
  test(`${attack}: ${title}`, () => {
    assert.ok(readFileSync(path.join(import.meta.dirname, "../..", file), "utf8").includes(title), `${file} has no such test`);
  });
}
