/** Lines: examples of each rule, and of honest texts of several lines. */
import { lines } from "../../../src/detection/detectors/lines.ts";
import { exampleTests } from "../desk.ts";

exampleTests(lines, {
  attacks: {
    "lines-answer": ["x\r\nSet-Cookie: a=b", "\nLocation: //x", "x\r\nHTTP/1.1 200 OK", "a\nset-cookie:b"],
    "lines-mail": ["a@b.example\nBcc: c@d.example", "x\r\nTo: c@d.example"],
    "lines-command": ["x\nRCPT TO: a@b", "\r\nV100 CAPABILITY", "x\nMAIL FROM: <a@b>"],
  },
  harmless: ["Dear Ada,\nto: be or not to be", "first line\nsecond line", "Hello there,\n\nFrom: Ada <a@b.example>\nTo: Bob <b@c.example>", "The list:\nlocation: Berlin", "a\nb\nc", "subject\n\ndate: today", "Minutes of today:\nquit smoking"],
});
