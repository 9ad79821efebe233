/** Find leaks: what gives something away, and what only looks like it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findLeaks, LEAKS_MAX } from "../../../src/detection/leaks/find-leaks.ts";
import { LEAK_RULES, type LeakRule } from "../../../src/detection/leaks/leak.ts";
import { Phrases } from "../../../src/detection/leaks/phrases.ts";
import { makeApiKey } from "../../../src/keys/api-key/format.ts";

const all: ReadonlySet<LeakRule> = new Set(LEAK_RULES);

function leaked(text: string): readonly (readonly [string, string])[] {
  return findLeaks(text, all).map(({ rule, from, to }) => [rule, text.slice(from, to)]);
}

/** Put together here, so that scanners of repositories find no secrets in this file. */
const joined = (...parts: readonly string[]): string => parts.join("");
const PRIVATE = joined("-----BEGIN RSA PRIV", "ATE KEY-----\\nMIIB\\n-----END RSA PRIV", "ATE KEY-----");
const TOKEN = `${Buffer.from('{"alg":"RS256"}').toString("base64url")}.${Buffer.from('{"sub":"ann"}').toString("base64url")}.c2lnbmF0dXJl`;

test("secrets are found by their form, as a whole", () => {
  const secrets: readonly (readonly [LeakRule, string])[] = [
    ["private-key", PRIVATE],
    ["credential", joined("AKIA", "ABCDEFGHIJKLMNOP")],
    ["credential", joined("gh", "p_", "a1".repeat(18))],
    ["credential", joined("xox", "b-1234567890-abcdef")],
    ["credential", joined("sk_li", "ve_", "a".repeat(24))],
    ["token", TOKEN],
    ["card", "4111111111111111"],
    ["card", "5555-5555-5555-4444"],
    ["card", "3782 822463 10005"],
    ["internal-address", "10.1.2.3"],
    ["internal-address", "192.168.0.17"],
    ["internal-address", "172.31.0.1"],
  ];
  for (const [rule, secret] of secrets) assert.deepEqual(leaked(`{"a":"${secret}","b":1}`), [[rule, secret]], secret);
});

test("what only looks like a secret is none", () => {
  const looks = [
    "AKIA is a prefix", "ghp_short", "eyJust.a.word", "eyJhIjoxfQ.eyJiIjoyfQ.eA", "4111111111111112", "1234567890123456", "0000000000000000", "id-4111111111111111", "4111111111111111a", "1.4111111111111111", "41111111 11111111", "version 10.1.2", "10.1.2.3.4", "172.32.0.1", "a10.1.2.3", "8.8.8.8", "-----BEGIN CERTIFICATE-----\\nMIIB",
    "1699999999999", "2026-11-20T10:00:00.000Z", "+49 4111 1111 1111 1111 1",
  ];
  for (const text of looks) assert.deepEqual(leaked(text), [], text);
});

test("a password in a URL is found, whatever the scheme, up to the host", () => {
  const urls: readonly (readonly [string, string])[] = [
    ["postgres://shop:hunter2@db.example/shop", "://shop:hunter2"],
    ["amqps://a%40b:p:q%2F1@mq.example:5671", "://a%40b:p:q%2F1"],
    ["mongodb+srv://:0nly-pass@cluster.example", "://:0nly-pass"],
    ["redis://default:Zm9vYmFy@10x.example", "://default:Zm9vYmFy"],
  ];
  for (const [url, found] of urls) assert.deepEqual(leaked(`{"a":"${url}"}`), [["credential", found]], url);
  const looks = ["https://shop.example:8443/a@b", "https://ann@shop.example/", "https://shop.example/a:b@c", "see http://user:password@host", "postgres://app:${PASSWORD}@db", "postgres://app:***@db", "://x:y1@z", "ssh://git:@host", "https://a.example/?q=x:y1@z", "a://b c:d1@e", `x://a:${"b".repeat(300)}1@c`, "x://a:b1@"];
  for (const text of looks) assert.deepEqual(leaked(text), [], text);
});

test("our own keys are known by their checksum", () => {
  const pepper = { hash: () => Buffer.alloc(32, 7) } as unknown as Parameters<typeof makeApiKey>[1];
  const { text } = makeApiKey("live", pepper, (bytes) => new Uint8Array(bytes).fill(9));
  assert.deepEqual(leaked(`key: ${text}.`), [["api-key", text]]);
  assert.deepEqual(leaked(`key: ${text.slice(0, -1)}0.`).filter(([rule]) => rule === "api-key"), text.endsWith("0") ? [["api-key", text]] : []);
});

test("databases, programs and servers are known by their words", () => {
  const told: readonly (readonly [LeakRule, string])[] = [
    ["database-error", "ORA-00942: table or view does not exist"],
    ["database-error", "You have an error in your SQL syntax near"],
    ["database-error", "PHP Warning:  pg_query(): Query failed"],
    ["database-error", "SQLSTATE[42S02]: Base table"],
    ["database-error", "Unclosed quotation mark after the character string"],
    ["database-error", "E11000 duplicate key error collection"],
    ["program-error", "org.springframework.beans.factory.BeanCreationException: x"],
    ["program-error", "java.lang.NullPointerException"],
    ["program-error", "HttpSessionStateWrapper: x"],
    ["program-error", "NoMethodError: undefined x"],
    ["program-error", "{\"m\":\"TypeError: x is not a function\"}"],
    ["program-error", "Fatal error: Uncaught x"],
    ["trace", "Caused by: x"],
    ["source", "<?php echo 1;"],
    ["source", "<%@ page import=x %>"],
    ["server-path", "C:\\inetpub\\wwwroot"],
    ["server-path", "/var/www/shop/index.php"],
    ["server-path", "<title>Index of /backup"],
    ["web-shell", "<title>r57 Shell Version 1.50</title>"],
  ];
  for (const [rule, text] of told) assert.ok(leaked(text).some(([found]) => found === rule), `${rule}: ${text} (${JSON.stringify(leaked(text))})`);
});

test("honest answers give nothing away", () => {
  const honest = [
    '{"id":"ord-1","amount":12.5,"note":"please review the function"}', "Warning: wet floor", "an error in your order", "Maximum allowed file size is 10 MB", "<?xml version=\"1.0\"?><a/>", "see /home for more", "https://example.com/home/ada", "the http exception list", "Error: the card was declined", '{"error":"invalid_request","error_description":"missing code"}',
    "Shell | Home of energy", "java.util is a package", "mysql_user is a column", "Notice: we are closed on Sunday", "100% off", "Error 404", "a panic: don't",
  ];
  for (const text of honest) assert.deepEqual(leaked(text), [], text);
});

test("only the rules that are asked for are looked for", () => {
  assert.deepEqual(findLeaks(`4111111111111111 ${TOKEN}`, new Set<LeakRule>(["token"])).map(({ rule }) => rule), ["token"]);
});

test("leaks of one answer are listed up to their bound", () => {
  assert.equal(findLeaks("Caused by: x ".repeat(LEAKS_MAX + 5), all).length, LEAKS_MAX);
});

test("phrases are found wherever they begin, overlap or end in each other", () => {
  const phrases = new Phrases(["he", "she", "hers", "his", "ushers"]);
  const found: (readonly [number, number])[] = [];
  phrases.scan("ausHers his he", (phrase, from) => found.push([phrase, from]) > 0);
  assert.deepEqual(found, [[1, 2], [0, 3], [4, 1], [2, 3], [3, 8], [0, 12]]);
  const first: number[] = [];
  phrases.scan("he she he", (phrase) => (first.push(phrase), false));
  assert.deepEqual(first, [0]);
});
