/**
 * Answers: what a hostile API, or one that repeats a caller's text, may send to split its answer, to slip another one in
 * behind it, or to leave the next caller with what is not his.
 */

export interface Reply {
  readonly name: string;
  readonly bytes: string;
  /** Status and body that the caller gets; undefined: 502. */
  readonly comes: string | undefined;
  readonly method?: "GET" | "HEAD";
  /** The API ends the connection behind it. */
  readonly ends?: boolean;
}

/** What nobody must ever get. */
export const EVIL = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";

const OK = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";

function reply(name: string, bytes: string, comes?: string, more: Pick<Reply, "method" | "ends"> = {}): Reply {
  return { name, bytes, comes, ...more };
}

/** With fields, and a body that would be framed by them. */
function ok(name: string, lines: readonly string[], body: string, comes?: string, more?: Pick<Reply, "method" | "ends">): Reply {
  return reply(name, `${OK}${lines.map((line) => `${line}\r\n`).join("")}\r\n${body}`, comes, more);
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);
const HELLO = "5\r\nhello\r\n0\r\n\r\n";

const FRAMINGS: readonly Reply[] = [
  ok("a length", ["Content-Length: 5"], "hello", "200 hello"),
  ok("chunks", ["Transfer-Encoding: chunked"], HELLO, "200 hello"),
  ok("chunks in another case", ["transfer-encoding: Chunked"], HELLO, "200 hello"),
  ok("chunks and trailers, which are dropped", ["Transfer-Encoding: chunked"], "5\r\nhello\r\n0\r\nX: y\r\n\r\n", "200 hello"),
  reply("until the connection ends", `${OK}\r\nhello`, "200 hello", { ends: true }),
  reply("until the connection ends, in HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nhello", "200 hello", { ends: true }),
  ok("CL.TE", ["Content-Length: 5", "Transfer-Encoding: chunked"], HELLO),
  ok("TE.CL", ["Transfer-Encoding: chunked", "Content-Length: 5"], HELLO),
  ok("two equal lengths", ["Content-Length: 5", "Content-Length: 5"], "hello"),
  ok("two lengths", ["Content-Length: 5", "Content-Length: 0"], `hello${EVIL}`),
  ok("chunked twice", ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], HELLO),
  reply("chunks in HTTP/1.0", `HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${HELLO}`),
  ...["+5", "-5", "5,5", "5, 5", "05", "0x5", "5;", "5.0", "5 5", "", "a", "\xb2", "\xa05", "5\xa0", "18446744073709551621", "99999999999999999999"].map((length) => ok(`the length ${escaped(length)}`, [`Content-Length: ${length}`], `hello${EVIL}`)),
  ...["xchunked", "identity", "gzip, chunked", "chunked, identity", "chunked, chunked", "chunked;q=1", "\"chunked\"", "chunked\t", ", chunked", "chunked,", "", "\xa0chunked"].map((coding) => ok(`the coding ${escaped(coding)}`, [`Transfer-Encoding: ${coding}`], HELLO)),
  ...["Content-Length ", "Content-Length\t", " Content-Length", "Content-Length\x00", "X\nContent-Length", "X: y\rContent-Length", "Content Length"].map((name) => ok(`the name ${escaped(name)}`, [`${name}: 5`], `hello${EVIL}`)),
];

function chunks(name: string, body: string, comes?: string, more?: Pick<Reply, "ends">): Reply {
  return ok(`chunks: ${name}`, ["Transfer-Encoding: chunked"], body, comes, more);
}

/** What comes in one piece with its head is refused; once the head has gone on, the answer breaks off. */
const CHUNKS: readonly Reply[] = [
  ...["+5", "-5", "0x5", " 5", "5 ", "5;a=1", "5;\n", "5\t", "", "g", "100000005", "ffffffffffffffff5", "5\n", "5\r"].map((size) => chunks(`the size ${escaped(size)}`, `${size}\r\nhello\r\n0\r\n\r\n`)),
  chunks("a bare LF behind the size", "5\nhello\r\n0\r\n\r\n"),
  chunks("a bare LF behind the data", "5\r\nhello\n0\r\n\r\n"),
  chunks("more data than was said", "5\r\nhello!\r\n0\r\n\r\n"),
  chunks("a trailer that frames", "5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n"),
  chunks("a trailer that frames in chunks", "5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"),
  chunks("a trailer that is folded", "5\r\nhello\r\n0\r\nX: y\r\n z\r\n\r\n"),
  chunks("a trailer that is no field", `5\r\nhello\r\n0\r\n${EVIL}`),
  chunks("a bare LF in the trailers", "5\r\nhello\r\n0\r\nX: y\n\r\n"),
  chunks("an end without the last chunk", "5\r\nhello\r\n", undefined, { ends: true }),
  chunks("an end within a chunk", "50\r\nhello", undefined, { ends: true }),
];

const STATUS_LINES: readonly Reply[] = [
  ...["HTTP/1.1 200", "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK", "HTTP/1.1 200\tOK", "HTTP/1.2 200 OK", "HTTP/2.0 200 OK", "HTTP/2 200 OK", "HTTP/0.9 200 OK", "HTTP/11 200 OK", "http/1.1 200 OK", "ICY 200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 X", "HTTP/1.1 000 X", "HTTP/1.1 600 X", "HTTP/1.1 999 X", "HTTP/1.1 -20 X", "HTTP/1.1 2x0 OK", "HTTP/1.1 +20 X", " HTTP/1.1 200 OK", "HTTP/1.1 200 O\x00K", "HTTP/1.1 200 O\rK", "HTTP/1.1 200 O\x7fK", "HTTP/1.1 OK", "200 OK", "GET / HTTP/1.1", "<html>"].map((line) => reply(`the line ${escaped(line)}`, `${line}\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello`)),
  reply("an empty line in front", "\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
  reply("a bare LF behind the line", "HTTP/1.1 200 OK\nContent-Length: 5\r\n\r\nhello"),
  reply("nothing but a body", "hello", undefined, { ends: true }),
  reply("no reason", "HTTP/1.1 200 \r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello", "200 hello"),
  reply("a status that nobody knows", "HTTP/1.1 299 Whatever\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello", "299 hello"),
];

const FIELDS: readonly Reply[] = [
  ...["X", "X : y", " X: y", "\tX: y", ": y", "X: y\n", "X: a\rb", "X: a\nb", "X: a\x00b", "X: a\x0bb", "X: a\x7fb", "X Y: z", "X(: y", "X\xe9: y", "X: y\r\n z", "X: y\r\n\tz", "Set-Cookie: a=b\nX: y"].map((line) => ok(`the field ${escaped(line)}`, [line, "Content-Length: 5"], "hello")),
  ok("fields that are the connection's own", ["Connection: close, X-Secret", "X-Secret: 1", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "Upgrade: h2c", "Content-Length: 5"], "hello", "200 hello"),
  ok("Connection names the length", ["Connection: keep-alive, Content-Length", "Content-Length: 5"], "hello", "200 hello"),
  ok("Connection names the length, and more comes", ["Connection: Content-Length", "Content-Length: 5"], `hello${EVIL}`, "200 hello"),
  ok("Connection names the coding", ["Connection: Transfer-Encoding", "Transfer-Encoding: chunked"], HELLO, "200 hello"),
  ok("too many fields", [...Array.from({ length: 201 }, (_, at) => `X-${at}: y`), "Content-Length: 5"], "hello"),
  ok("a head that is too long", [...Array.from({ length: 70 }, (_, at) => `X-${at}: ${"y".repeat(1_000)}`), "Content-Length: 5"], "hello"),
  ok("a head that never ends", ["X: y\r\nZ"], "", undefined, { ends: true }),
];

/** Answers that have no body whatever they announce: what follows is nobody's. */
const BODILESS: readonly Reply[] = [
  ok("to HEAD, with a length", ["Content-Length: 5"], "", "200 ", { method: "HEAD" }),
  ok("to HEAD, with a body all the same", ["Content-Length: 4"], "evil", "200 ", { method: "HEAD" }),
  ok("to HEAD, with an answer for a body", [`Content-Length: ${EVIL.length}`], EVIL, "200 ", { method: "HEAD" }),
  ok("to HEAD, in chunks", ["Transfer-Encoding: chunked"], HELLO, "200 ", { method: "HEAD" }),
  reply("204 with a body", `HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nevil`, "204 "),
  reply("204 in chunks", `HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n${HELLO}`, "204 "),
  reply("304 with an answer for a body", `HTTP/1.1 304 Not Modified\r\nContent-Length: ${EVIL.length}\r\n\r\n${EVIL}`, "304 "),
  reply("304 with a length alone", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "304 "),
];

const INTERIMS: readonly Reply[] = [
  reply("100 before the answer", `HTTP/1.1 100 Continue\r\n\r\n${OK}Content-Length: 5\r\n\r\nhello`, "200 hello"),
  reply("hints before the answer", `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}Content-Length: 5\r\n\r\nhello`, "200 hello"),
  reply("16 interim answers", `${"HTTP/1.1 102 Processing\r\n\r\n".repeat(16)}${OK}Content-Length: 5\r\n\r\nhello`, "200 hello"),
  reply("17 interim answers", `${"HTTP/1.1 102 Processing\r\n\r\n".repeat(17)}${OK}Content-Length: 5\r\n\r\nhello`),
  reply("100 with a length", `HTTP/1.1 100 Continue\r\nContent-Length: ${EVIL.length}\r\n\r\n${EVIL}${OK}Content-Length: 5\r\n\r\nhello`),
  reply("103 in chunks", `HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n${HELLO}${OK}Content-Length: 5\r\n\r\nhello`),
  reply("100 that closes", `HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\n${OK}Content-Length: 5\r\n\r\nhello`),
  reply("another protocol that nobody asked for", `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n${EVIL}`),
];

/** What comes behind an answer is an answer to nobody. */
const SURPLUS: readonly Reply[] = [
  ok("another answer behind a length", ["Content-Length: 5"], `hello${EVIL}`, "200 hello"),
  ok("another answer behind chunks", ["Transfer-Encoding: chunked"], `${HELLO}${EVIL}`, "200 hello"),
  ok("another answer behind trailers", ["Transfer-Encoding: chunked"], `5\r\nhello\r\n0\r\nX: y\r\n\r\n${EVIL}`, "200 hello"),
  ok("another answer behind nothing", ["Content-Length: 0"], EVIL, "200 "),
  ok("half an answer behind it", ["Content-Length: 5"], `hello${EVIL.slice(0, 20)}`, "200 hello"),
  ok("a line end behind it", ["Content-Length: 5"], "hello\r\n", "200 hello"),
  ok("less than it said", ["Content-Length: 50"], "hello", undefined, { ends: true }),
];

export const REPLIES: readonly Reply[] = [...FRAMINGS, ...CHUNKS, ...STATUS_LINES, ...FIELDS, ...BODILESS, ...INTERIMS, ...SURPLUS];
