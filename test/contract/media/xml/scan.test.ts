/** Scan: what of XML never reaches a parser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { scanXml } from "../../../../src/contract/media/xml/scan.ts";

const BOUNDS = { depth: 3, elements: 5, attributes: 2, textBytes: 20 };

function scan(text: string | Uint8Array): string {
  return scanXml(typeof text === "string" ? Buffer.from(text) : text, BOUNDS)?.keyword ?? "fine";
}

const CASES: readonly (readonly [text: string | Uint8Array, outcome: string, why?: string])[] = [
  ["<a/>", "fine"],
  ["\ufeff<a/>", "fine", "a byte order mark"],
  ['<?xml version="1.0"?><a/>', "fine"],
  ["<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<a/>", "fine"],
  ['<?xml version="1.0" encoding="utf-8"?><a/>', "fine"],
  ['<?xml version="1.0" encoding="UTF-16"?><a/>', "encoding"],
  ['<?xml version="1.0" encoding="UTF-7"?><a/>', "encoding"],
  ['<?xml version="1.0" encoding="iso-8859-1"?><a/>', "encoding"],
  ['<?xml version="1.1"?><a/>', "encoding"],
  ['<?xml encoding="utf-8"?><a/>', "encoding"],
  ['<?xml version="1.0" x="y"?><a/>', "encoding"],
  ['<?xml version="1.0"', "syntax"],
  [Buffer.from("<a>\u00e9</a>", "latin1"), "encoding"],
  [Buffer.from("<a/>", "utf16le"), "encoding"],
  ["<!DOCTYPE a><a/>", "doctype"],
  ["<!doctype a><a/>", "doctype"],
  ["\n<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "doctype"],
  ["<a><!DOCTYPE b></a>", "doctype"],
  ["<a><!ENTITY b 'c'></a>", "doctype"],
  ["<a><![IGNORE[]]></a>", "doctype"],
  ["<a><![cdata[x]]></a>", "doctype"],
  ["<a><!></a>", "doctype"],
  ["<!-- <!DOCTYPE a> --><a/>", "fine", "in a comment it is a text"],
  ["<a><![CDATA[<!DOCTYPE]]></a>", "fine", "in CDATA, too"],
  ["<a b='<!DOCTYPE a>'/>", "fine", "a parser refuses it for the bracket"],
  ["<?php x?><a/>", "instruction"],
  ["<a><?xml-stylesheet href='x'?></a>", "instruction"],
  ["<a/><?x?>", "instruction"],
  [' <?xml version="1.0"?><a/>', "instruction", "a declaration that is not first is none"],
  ["<a><!-- x</a>", "syntax"],
  ["<a><![CDATA[x</a>", "syntax"],
  ["<a b='c/>", "syntax"],
  ["<a", "syntax"],
  ["<a <b/>", "syntax"],
  ["</a", "syntax"],
  ["", "syntax"],
  ["text", "syntax"],
  ["<a><b><c/></b></a>", "fine"],
  ["<a><b><c><d/></c></b></a>", "depth"],
  ["<a><b/><b/><b/><b/></a>", "fine"],
  ["<a><b/><b/><b/><b/><b/></a>", "size"],
  ["<a b='1' c='2'/>", "fine"],
  ["<a b='1' c='2' d='3'/>", "size"],
  ["<a b='=====>' c='\"'/>", "fine", "signs in a value count for nothing"],
  [`<a>${"x".repeat(20)}</a>`, "fine"],
  [`<a>${"x".repeat(21)}</a>`, "size"],
  [`<a b='${"x".repeat(18)}'/>`, "fine"],
  [`<a b='${"x".repeat(21)}'/>`, "size"],
  [`<!--${"x".repeat(21)}--><a/>`, "size"],
  [`<a><![CDATA[${"x".repeat(21)}]]></a>`, "size"],
  [`<a/>${" ".repeat(21)}`, "size"],
];
for (const [text, outcome, why] of CASES) test(`${JSON.stringify(String(text).slice(0, 60))}: ${outcome}${why === undefined ? "" : ` (${why})`}`, () => assert.equal(scan(text), outcome));
