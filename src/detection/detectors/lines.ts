/**
 * Lines: a text that begins a new line where there should be one: in the head of an answer, of a mail, or in a protocol of
 * lines.
 *
 * People write several lines, and paste the heads of mails into them. So a raw line break makes an attack only where the first line
 * is such as stands in a head, or where what follows is told to a server and not to a person; an encoded one does so always.
 */
import type { Detector } from "../detector.ts";
import { MARK } from "../marks.ts";

/** Fields that do harm in the head of an answer. */
const ANSWER: ReadonlySet<string> = new Set(["set-cookie", "set-cookie2", "location", "refresh", "content-type", "content-length", "content-disposition", "transfer-encoding", "x-xss-protection", "access-control-allow-origin", "last-modified", "link", "host", "x-forwarded-for"]);
const MAIL: ReadonlySet<string> = new Set(["to", "cc", "bcc", "from", "subject", "reply-to", "mime-version", "content-type", "return-path", "sender", "date"]);
const NAME_CHARACTERS_MAX = 32;

export const lines: Detector = {
  name: "lines",
  kinds: new Set(["short", "text", "url", "filename"]),
  needs: MARK.line,
  find({ text }) {
    let isFirst = true;
    for (let at = 0; at < text.length; at++) {
      if (!isBreak(text.charCodeAt(at))) continue;
      const start = at;
      while (text.charCodeAt(at + 1) <= 0x20) at++;
      const rule = judgeLine(text, start, at + 1, isFirst);
      if (rule !== undefined) return rule;
      // Behind a line that is a sentence only what is told to a browser counts.
      isFirst &&= isFirstShort(text, start);
    }
    return undefined;
  },
};

function isBreak(code: number): boolean {
  return code === 0x0a || code === 0x0d;
}

/** @param from where the line begins to say something */
function judgeLine(text: string, at: number, from: number, isFirst: boolean): string | undefined {
  const start = text.slice(from, from + NAME_CHARACTERS_MAX).toLowerCase();
  const isShort = isFirst && isFirstShort(text, at);
  if (start.startsWith("http/1.") || start.startsWith("http/2 ")) return isShort ? "lines-answer" : undefined;
  const colon = start.indexOf(":");
  const name = colon === -1 ? "" : start.slice(0, colon).trim();
  if (name.startsWith("set-cookie")) return "lines-answer";
  if (!isShort) return undefined;
  if (ANSWER.has(name)) return "lines-answer";
  if (MAIL.has(name) && text.slice(from, from + 200).includes("@")) return "lines-mail";
  return /^(?:rcpt to|mail from)|^[a-z]{1,4}[0-9]{1,4} (?:capability|fetch|select|login)/.test(start) ? "lines-command" : undefined;
}

/** Whether what stands before the first break is empty, one word, or an address: no sentence. */
function isFirstShort(text: string, at: number): boolean {
  const first = text.slice(0, Math.min(at, 80)).trim();
  return !first.includes("\n") && !/\s/.test(first);
}
