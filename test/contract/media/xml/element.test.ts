/** Element: the canonical form of XML as a tree. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readCanonical, type XmlElement } from "../../../../src/contract/media/xml/element.ts";

/** `{namespace}name @{ns}attribute=value "text" [children]` */
function show({ name, namespace, attributes, text, children }: XmlElement): string {
  const own = attributes.map((one) => ` @${one.namespace === "" ? "" : `{${one.namespace}}`}${one.name}=${one.value}`).join("");
  return `${namespace === "" ? "" : `{${namespace}}`}${name}${own} ${JSON.stringify(text)}${children.length === 0 ? "" : ` [${children.map(show).join(", ")}]`}`;
}

const TREES: readonly (readonly [text: string, tree: string])[] = [
  ["<a></a>", 'a ""'],
  ["<a>x</a>", 'a "x"'],
  ["<a>x<b>y</b>z</a>", 'a "xz" [b "y"]'],
  ['<a b="1" c="2 > 1"></a>', 'a @b=1 @c=2 > 1 ""'],
  ['<a b="&lt;&amp;&quot;&#x9;&#xA;&#xD;">&lt;&gt;&amp;&#xD;</a>', 'a @b=<&"\t\n\r "<>&\\r"'],
  ['<a b="&amp;lt;">&amp;amp;</a>', 'a @b=&lt; "&amp;"'],
  ['<a xmlns="u"><b></b><c xmlns=""></c></a>', '{u}a "" [{u}b "", c ""]'],
  ['<p:a xmlns:p="u" p:b="1" c="2"><p:d xmlns:p="v"></p:d><p:e></p:e></p:a>', '{u}a @{u}b=1 @c=2 "" [{v}d "", {u}e ""]'],
  ['<a xml:lang="en"></a>', 'a @{http://www.w3.org/XML/1998/namespace}lang=en ""'],
];
for (const [text, tree] of TREES) test(`${text} is ${tree}`, () => assert.equal(show(readCanonical(text) ?? assert.fail("it was not read")), tree));

for (const text of ["", "x", "<a>", "</a>", "<a></a><b></b>", "<a b></a>", "<a b=\"1></a>", "<a", "<a></a>x", '<a b="1"c="2"></a>']) {
  test(`${JSON.stringify(text)} is no canonical form of one element`, () => assert.equal(readCanonical(text), undefined));
}
