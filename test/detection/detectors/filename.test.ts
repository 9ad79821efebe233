/** Filename: examples of each rule, and of honest names. */
import { filename } from "../../../src/detection/detectors/filename.ts";
import { exampleTests } from "../desk.ts";

exampleTests(filename, {
  kind: "filename",
  attacks: { "filename-run": ["x.php", "x.pHp5", "x.phtml...", "x.jsp ", "x.php.jpg", "a/b/x.aspx", "x.php::$DATA", "x. jsp"], "filename-own": [".env", "wp-config.php", "sess_0123456789abcdef0123"], "filename-control": ["a\0.jpg"] },
  harmless: ["report.pdf", "photo of 2026.jpg", "a.b.c.txt", "notes", "archive.tar.gz", "sess_notes.txt", "do.it.yourself.pdf", "phone.png", "inc.xlsx"],
});
