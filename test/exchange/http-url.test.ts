import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalUrl } from "../../src/exchange/http-url.ts";

test("one address has one spelling", () => {
  for (const text of ["https://api.example/a", "HTTPS://API.example/a", "https://api.example:443/a", "https://api.example/%61", "https://api.example/a?x=1", "https://api.example/a#top", "https://api.example/a?#"]) {
    assert.equal(canonicalUrl(text), "https://api.example/a", text);
  }
  assert.equal(canonicalUrl("http://[2001:DB8:0::1]:80"), "http://[2001:db8::1]/");
  assert.equal(canonicalUrl("http://127.0.0.1:8443/"), "http://127.0.0.1:8443/");
});

test("other addresses stay others", () => {
  const texts = ["https://api.example/a", "http://api.example/a", "https://api.example:8443/a", "https://api.example/a/", "https://api.example/A", "https://api.example.evil/a", "https://evil/api.example/a", "https://api.example/"];
  assert.equal(new Set(texts.map(canonicalUrl)).size, texts.length);
});

test("what could be read in two ways is no address", () => {
  for (const text of ["", "/a", "//api.example/a", "ftp://api.example/a", "https:/api.example/a", "https:///a", "https://user@api.example/a", "https://api.example\\@evil/a", "https://api.example/a/../b", "https://api.example/%2e%2e/b", "https://api.example//a", "https://api.example/a%2Fb", " https://api.example/a", "https://api.example:99999/a", "https://api.example/\u{e9}", "https://api%2eexample/a", "javascript:https://api.example/a"]) {
    assert.equal(canonicalUrl(text), undefined, text);
  }
});
