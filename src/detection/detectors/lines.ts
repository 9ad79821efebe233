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
/** First words of lines that servers of mail and of memory take. */
const COMMANDS: readonly string[] = ["rcpt to", "mail from", "capability", "fetch ", "select inbox", "login ", "logout", "flushall", "config set", "slaveof ", "set key", "quit", "data", "helo ", "ehlo ", "vrfy ", "auth login"];
const NAME_CHARACTERS_MAX = 32;

export const lines: Detector = {
  name: "lines",
  kinds: new Set(["short", "text", "url", "filename"]),
  needs: MARK.line,
  find({ text }) {
    for (let at = nextBreak(text, 0); at !== -1; at = nextBreak(text, at + 1)) {
      const rule = judgeLine(text, at);
      if (rule !== undefined) return rule;
    }
    return undefined;
  },
};

function nextBreak(text: string, from: number): number {
  const feed = text.indexOf("\n", from);
  const back = text.indexOf("\r", from);
  return feed === -1 || back === -1 ? Math.max(feed, back) : Math.min(feed, back);
}

function judgeLine(text: string, at: number): string | undefined {
  let from = at;
  while (from < text.length && text.charCodeAt(from) <= 0x20) from++;
  const start = text.slice(from, from + NAME_CHARACTERS_MAX).toLowerCase();
  if (start.startsWith("http/1.") || start.startsWith("http/2 ")) return isFirstShort(text, at) ? "lines-answer" : undefined;
  const colon = start.indexOf(":");
  const name = colon === -1 ? "" : start.slice(0, colon).trim();
  if (name.startsWith("set-cookie")) return "lines-answer";
  if (ANSWER.has(name) && isFirstShort(text, at)) return "lines-answer";
  if (MAIL.has(name) && isFirstShort(text, at) && text.slice(from, from + 200).includes("@")) return "lines-mail";
  const isCommand = COMMANDS.some((command) => start.startsWith(command) || / (?:capability|fetch|select|login) ?/.test(start.slice(0, 20)) && /^[a-z]{1,4}[0-9]{1,4} /.test(start));
  return isCommand && isFirstShort(text, at) && /rcpt to|mail from|^[a-z]{1,4}[0-9]{1,4} (?:capability|fetch|select|login)/.test(start) ? "lines-command" : undefined;
}

/** Whether what stands before the first break is empty, one word, or an address: no sentence. */
function isFirstShort(text: string, at: number): boolean {
  const first = text.slice(0, Math.min(at, 80)).trim();
  return !first.includes("\n") && !/\s/.test(first);
}
