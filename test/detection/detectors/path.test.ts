/** Path: examples of each rule, and of honest links and names of files. */
import { path } from "../../../src/detection/detectors/path.ts";
import { exampleTests } from "../desk.ts";

exampleTests(path, {
  attacks: {
    "path-climb": ["../../x", "../../../../etc/hosts", "..\\..\\x", "/../x", "../secret", "a/../../b", "..;/x", ".../.../x"],
    "path-file": ["xboot.ini=c:/boot.ini", "/etc/passwd", "file=/etc/shadow", "c:\\boot.ini", "read /proc/self/environ", "x/.ssh/id_rsa", "/WEB-INF/web.xml"],
    "path-wrapper": ["xphp:// php://filter/resource=x", "php://input", "phar://x", "file:///x", "gopher://x", "expect://id"],
    "path-share": [String.raw`\\::1\c$\users`, String.raw`see \\files01\ADMIN$`, String.raw`\\10.0.0.1\ipc$\x`],
    "path-part": [".env", "/.git/x", "a/.aws/b", "/dump.sql"],
  },
  harmless: [String.raw`\\server\share\report.txt`, String.raw`costs 5$\n`, "https://a.example/c$/d", "../docs/page.md", "see ../images/cat.png for more", "and so on... / or so", "a.b.c", "C:\\Users\\ada\\report.docx", "/users/ada/settings", "example.com/a/b", "1.2.3", "wait...", "either/or", "file: see attached", "the .env file is documented", "https://example.com/a/b.html?x=1", "./src/index.ts"],
});
