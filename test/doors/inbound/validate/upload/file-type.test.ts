import assert from "node:assert/strict";
import { test } from "node:test";
import { typeFault } from "../../../../../src/doors/inbound/validate/upload/file-type.ts";

const PNG = "\x89PNG\r\n\x1a\n";
const EXE = `MZ${"\0".repeat(58)}\x40\0\0\0PE\0\0`;
const ANY = "application/octet-stream";

const CASES: readonly (readonly [filename: string | undefined, type: string, content: string, says: RegExp | undefined, allowed?: readonly string[]])[] = [
  ["a.png", "image/png", PNG, undefined],
  ["a.png", ANY, PNG, undefined],
  ["A.PNG", "image/png", PNG, undefined],
  ["a.png", "image/png", "GIF89a", /begin/],
  ["a.png", ANY, "<script>", /begin/],
  ["a.gif", "image/png", "GIF89a", /does not go with/],
  ["a.png", "text/plain", PNG, /does not go with/],
  ["a.txt", "image/png", PNG, /does not go with/],
  ["a.txt", "text/plain", "hello", undefined],
  ["a.txt", "text/plain", "BM is for bitmaps", undefined],
  ["a.csv", ANY, PNG, /begin/],
  ["a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK\x03\x04", undefined],
  ["a.dat", ANY, "anything", undefined],
  ["a", ANY, "anything", undefined],
  [undefined, ANY, "anything", undefined],
  ["a.php", ANY, "<?php", /run/],
  ["a.PhP", ANY, "<?php", /run/],
  ["a.php.png", "image/png", PNG, /run/],
  ["a.phtml.txt", "text/plain", "x", /run/],
  ["invoice.pdf.exe", ANY, "x", /run/],
  ["invoice-example.com.pdf", "application/pdf", "%PDF-1.7", undefined],
  ["page.html", "text/html", "<p>", /run/],
  ["drawing.svg", "image/svg+xml", "<svg/>", /run/],
  ["drawing.svg", "image/svg+xml", "<svg/>", undefined, ["svg"]],
  ["a.png", "image/png", PNG, /not allowed/, ["svg"]],
  ["a", ANY, "x", /not allowed/, ["svg"]],
  [undefined, ANY, "x", /not allowed/, ["svg"]],
  ["a.svg.png", "image/png", PNG, undefined, ["png"]],
  ["a.php.png", "image/png", PNG, /run/, ["png"]],
  ["a.gif", "image/gif", "GIF89a;<?php system($_GET[0]);", /script in it/],
  ["a.png", "image/png", `${PNG}IEND\xae\x42\x60\x82<ScRiPt src=x>`, /script in it/],
  [undefined, ANY, "\xff\xd8\xff\xfe<?PHP", /script in it/],
  ["a.gif", "image/gif", "GIF89a<<?ph<scrip<?xpacket begin=''?><%<?=", undefined],
  ["a.txt", "text/plain", "it begins with <?php", undefined],
  ["a.dat", ANY, "\x7fELF\x02", /program/],
  [undefined, ANY, EXE, /program/],
  ["a.dat", ANY, EXE, /program/],
  ["a.dat", ANY, "MZ is how it begins, and that is all there is to say of it, so that it is longer", undefined],
  ["a.exe", ANY, EXE, undefined, ["exe"]],
  ["a.dat", ANY, EXE, /program/, ["dat"]],
  ["a.constructor", ANY, "x", undefined],
];
for (const [filename, type, content, says, allowed = []] of CASES) {
  test(`${filename ?? "a file without a name"} as ${type} of ${JSON.stringify(content.slice(0, 8))} ${says === undefined ? "is taken" : `is refused: ${says.source}`}${allowed.length === 0 ? "" : ` (${allowed.join()} allowed)`}`, () => {
    const fault = typeFault({ filename, type, bytes: Buffer.from(content, "latin1") }, new Set(allowed));
    if (says === undefined) assert.equal(fault, undefined);
    else assert.match(fault ?? "nothing is wrong", says);
  });
}
