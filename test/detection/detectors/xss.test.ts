/** XSS: examples of each rule, and of honest texts with angle brackets, quotes and calls. */
import { xss } from "../../../src/detection/detectors/xss.ts";
import { exampleTests } from "../desk.ts";

exampleTests(xss, {
  attacks: {
    "xss-element": ["<script>x()</script>", "</script>", "a<ScRiPt src=//x>", "<svg/onload=x>", "<iframe src=x>", "<x:script>", "<base href=//x>", "<link rel=stylesheet href=x>", "<meta http-equiv=refresh content=0>", "<style>@import'x'</style>", "<object data=x>", "<?import x?>"],
    "xss-handler": ["<img src=x onerror=x()>", "<b onmouseover = x>", "\" onclick=\"x()", "' autofocus onfocus=x '", "<a/onpointerdown=x>", "\"onwheel=x", "<details open ontoggle=x>", "<x onanything=1>"],
    "xss-address": ["<a href=javascript:x>", "<a href='  java\tscript:x'>", "<a href=\"data:text/html,x\">x", "<video srcdoc=x>", "data:text/html,<p>"],
    "xss-style": ["<p style=\"width:expression(x)\">", "<p style='background:url(javascript:x)'>"],
    "xss-scheme": ["javascript:x()", "vbscript:x", "see javascript:void(0)"],
    "xss-script": ["alert(1)", "';alert(1)//", "\"-prompt(1)-\"", "(confirm)(1)", "alert`1`", "eval(atob('eA=='))", "document.cookie", "x=document['cookie']", "window.location='//x'", "alert?.(1)", "confirm.call(null,1)", "new Function('x')"],
    "xss-obscured": ["[][(![]+[])[+[]]+([![]]+[][[]])]", "[1].find(alert)"],
    "xss-declaration": ["<!--[if IE]>x"],
  },
  harmless: [
    "a < b and b > c", "I <3 you", "List<String> names", "use <b>bold</b> or <i>italics</i>", "<https://www.example.com>", "Ada <ada@example.com>", "JavaScript: Basics of JavaScript Language", "JavaScript: The Good Parts", "online=1", "the on-call rota = new", "once = enough",
    "please confirm (by Friday)", "an alert (red) was sent", "use alert() for this", "our document.", "write it with document.write.", "the document.cookie parser", "the window. Location: Berlin", "see the top. Name it.", "x => x + 1", "data: text", "data:image/png;base64,iVBORw0KGgo=", "type <enter type here>", "for the <$ tag is", "style = modern", "<details><summary>More</summary>text</details>", "5 > 3 > 1 < 2", "array[] and map[x]", "a <- b; c -> d", ">url=/pi?mode=<;>", "[x] done [ ] open", "Parent/Guardian name",
  ],
});
