/**
 * Requests: what has been published of request smuggling and desynchronisation, as bytes.
 *
 * Two programs in a row that disagree on where a request ends: every attack here needs one of them to read what is not
 * there, to pass over what is, or to guess. `passes` lists what may reach the API, as lines and bodies; without it nothing
 * may, and the connection ends with one refusal.
 */

export interface Attack {
  readonly name: string;
  readonly bytes: string;
  /** Each as `<method> <target> <body>`. Empty: refused. */
  readonly passes: readonly string[];
}

/** What must never be taken for a request of its own. */
export const HIDDEN = "GET /hidden HTTP/1.1\r\nHost: api.example\r\nX: y\r\n\r\n";

const HELLO = "5\r\nhello\r\n0\r\n\r\n";

function attack(name: string, bytes: string, ...passes: readonly string[]): Attack {
  return { name, bytes, passes };
}

function post(name: string, lines: readonly string[], body: string, ...passes: readonly string[]): Attack {
  return attack(name, `POST /a HTTP/1.1\r\nHost: api.example\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n${body}`, ...passes);
}

function get(name: string, lines: readonly string[], ...passes: readonly string[]): Attack {
  return attack(name, `GET /a HTTP/1.1\r\nHost: api.example\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`, ...passes);
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Both framings at once, in every order and disguise: one reader obeys the length, the other one the chunks. */
const TWO_FRAMINGS: readonly Attack[] = [
  post("CL.TE", [`Content-Length: ${5 + HIDDEN.length}`, "Transfer-Encoding: chunked"], `0\r\n\r\n${HIDDEN}`),
  post("TE.CL", ["Transfer-Encoding: chunked", "Content-Length: 4"], `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`),
  post("CL.TE with a length that fits", [`Content-Length: ${HELLO.length}`, "Transfer-Encoding: chunked"], HELLO),
  post("CL.TE with nothing in either", ["Content-Length: 0", "Transfer-Encoding: chunked"], `0\r\n\r\n${HIDDEN}`),
  post("CL.TE in other cases", ["content-length: 5", "tRANSFER-eNCODING: CHUNKED"], HELLO),
  post("CL.TE with the coding twice", ["Content-Length: 5", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], HELLO),
  post("CL.TE behind a comma", ["Content-Length: 5", "Transfer-Encoding: , chunked"], HELLO),
  post("CL.TE with an unknown coding", ["Content-Length: 5", "Transfer-Encoding: x"], "hello"),
  post("CL.TE with identity", ["Content-Length: 5", "Transfer-Encoding: identity"], "hello"),
  post("CL.TE with an empty coding", ["Content-Length: 5", "Transfer-Encoding:"], "hello"),
  attack("CL.TE in HTTP/1.0", `POST /a HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${HELLO}`),
  attack("TE in HTTP/1.0", `POST /a HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${HELLO}`),
  attack("TE.0: OPTIONS with chunks", `OPTIONS /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`, `OPTIONS /a ${HIDDEN}`),
  attack("CL.0: a length where none is expected", `GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`, `GET /a ${HIDDEN}`),
  attack("HEAD with a body", `HEAD /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`, `HEAD /a ${HIDDEN}`),
  attack("DELETE with chunks", `DELETE /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${HELLO}`, "DELETE /a hello"),
];

/** One reader sees `chunked`, the other one something else. */
const CODINGS = [
  "xchunked", "chunkedx", "x chunked", "chunked x", "chunk", "chunked, identity", "identity, chunked", "gzip, chunked", "chunked, gzip", "chunked, chunked", "chunked,chunked", ", chunked", "chunked,", "chunked;q=1", "chunked;", "chunked; x=\"",
  "'chunked'", "\"chunked\"", "<chunked>", "(chunked)", "[chunked]", "chun\tked", "chun ked", "\x0bchunked", "\x0cchunked", "chunked\x0b", "chunked\x0c", "\xa0chunked", "chunked\xa0", "\x85chunked", "\xffchunked", "chunked\xff", "\xef\xbb\xbfchunked", "c\x00hunked", "\x00chunked", "chunked\x00", "\x7fchunked", "\x1bchunked",
  "chunke%64", "chunked\r", "\rchunked", "chunked\n", "\nchunked", "chunked\r\n ", "\r\n chunked", "\r\n\tchunked", "chun\r\n ked", "chunked\\r\\n", "chunked\t", "chunked ", " \t chunked \t", "identity", "compress", "deflate", "trailers", "false", "1", "", "chun\xe2\x84\xaaed",
] as const;

const NAMES = [
  "Transfer-Encoding ", "Transfer-Encoding\t", " Transfer-Encoding", "\tTransfer-Encoding", "\x0bTransfer-Encoding", "Transfer-Encoding\x0b", "Transfer-Encoding\x00", "Transfer\x00-Encoding", "Transfer-Encoding\r", "Transfer-Encoding\r\n", "Transfer-Encoding\r\n ", "Transfer-Encoding\n", "Transfer-Encoding\xa0", "Transfer-\xcbncoding",
  "Transfer Encoding", "Transfer_Encoding", "Transfer-Encoding:", "\"Transfer-Encoding\"", "(Transfer-Encoding)", "Transfer-Encoding;", "Transfer-Encoding,", "Foo: bar\nTransfer-Encoding", "Foo: bar\rTransfer-Encoding", "Foo: bar\r\r\nTransfer-Encoding", "Foo: bar\n\rTransfer-Encoding", "Foo: bar\x00\r\nTransfer-Encoding", "Foo\r\nTransfer-Encoding", ":\r\nTransfer-Encoding",
] as const;

const OBFUSCATED_CODINGS: readonly Attack[] = [
  ...CODINGS.map((coding) => post(`TE.TE, the coding ${escaped(coding)}`, [`Transfer-Encoding: ${coding}`], HELLO)),
  ...CODINGS.map((coding) => post(`CL.TE, the coding ${escaped(coding)}`, ["Content-Length: 5", `Transfer-Encoding: ${coding}`], HELLO)),
  ...NAMES.map((name) => post(`TE.TE, the name ${escaped(name)}`, [`${name}: chunked`], HELLO)),
  ...NAMES.map((name) => post(`CL.TE, the name ${escaped(name)}`, ["Content-Length: 5", `${name}: chunked`], HELLO)),
  ...["x", "identity", "gzip", "chunked"].flatMap((other) => [
    post(`TE.TE, chunked and then ${other}`, ["Transfer-Encoding: chunked", `Transfer-Encoding: ${other}`], HELLO),
    post(`TE.TE, ${other} and then chunked`, [`Transfer-encoding: ${other}`, "Transfer-Encoding: chunked"], HELLO),
  ]),
  post("the coding in another case", ["Transfer-Encoding: cHuNkEd"], HELLO, "POST /a hello"),
  post("the coding behind a tab", ["Transfer-Encoding:\tchunked"], HELLO, "POST /a hello"),
  post("the coding right behind the colon", ["TRANSFER-ENCODING:chunked"], HELLO, "POST /a hello"),
  post("TE says nothing of this message", ["Content-Length: 5", "TE: chunked"], "hello", "POST /a hello"),
  post("chunked as the coding of the content", ["Content-Length: 5", "Content-Encoding: chunked"], "hello"),
];

/** One reader sees a length, the other one another number, or none. */
const LENGTHS = [
  "+5", "-5", "-0", "+0", " +5", "5,5", "5, 5", "5,6", ", 5", "5,", "5;5", "5 5", "5\t5", "5.0", "5.", ".5", "0x5", "0X5", "5h", "05", "005", "00", "0b101", "0o5", "5e0", "1e1", "5_0", "1'000", "\"5\"", "'5'", "(5)", "5\x00", "\x005", "5\x0b", "\x0b5", "\x0c5", "5\r", "\r5", "5\n", "\n5", "\r\n 5", "5\r\n 5", "5\r\n ",
  "\xb2", "\xb9\xb2", "\xef\xbc\x95", "\xd9\xa5", "\xe0\xa5\xab", "\xa05", "5\xa0", "\x855", "", " ", "NaN", "Infinity", "null", "true", "five", "*", "18446744073709551621", "4294967301", "9223372036854775808", "1000000000000000", "99999999999999999999999999999999", "-18446744073709551611",
] as const;

const LENGTH_NAMES = ["Content-Length ", "Content-Length\t", " Content-Length", "Content-Length\x00", "Content-Length\x0b", "Content-Length\r\n ", "Content-Length\n", "Content-Length\r", "Content_Length", "Content Length", "\"Content-Length\"", "Content-Length:", "Foo: bar\nContent-Length", "Foo: bar\rContent-Length", "Foo: bar\x00Content-Length", "Content-Length\xa0"] as const;

/** This one is no attack: the number is within what can be counted, only nobody has sent so much. */
const LONG_ENOUGH = "4294967301";

const OBFUSCATED_LENGTHS: readonly Attack[] = [
  ...LENGTHS.filter((length) => length !== LONG_ENOUGH).map((length) => post(`the length ${escaped(length)}`, [`Content-Length: ${length}`], `hello${HIDDEN}`)),
  post("a length beyond 32 bits", [`Content-Length: ${LONG_ENOUGH}`], `hello${HIDDEN}`),
  ...LENGTH_NAMES.map((name) => post(`0.CL, the name ${escaped(name)}`, [`${name}: ${HIDDEN.length}`], HIDDEN)),
  post("two equal lengths", ["Content-Length: 5", "Content-Length: 5"], "hello"),
  post("two lengths", ["Content-Length: 5", `Content-Length: ${5 + HIDDEN.length}`], `hello${HIDDEN}`),
  post("two lengths, none first", ["Content-Length: 0", "Content-Length: 5"], "hello"),
  post("two lengths in two cases", ["Content-Length: 5", "content-length: 6"], "hello1"),
  post("a length and an empty one", ["Content-Length: 5", "Content-Length:"], "hello"),
  post("a length behind a tab", ["Content-Length:\t5"], "hello", "POST /a hello"),
  post("a length with spaces around", ["Content-Length:   5  "], "hello", "POST /a hello"),
  post("a length that is not reached", ["Content-Length: 500"], `hello${HIDDEN}`),
  post("a request in the body", [`Content-Length: ${HIDDEN.length}`], HIDDEN, `POST /a ${HIDDEN}`),
];

/** Chunks that end where one reader says, and go on where another one does. */
function chunks(name: string, body: string, ...passes: readonly string[]): Attack {
  return post(`chunks: ${name}`, ["Transfer-Encoding: chunked"], body, ...passes);
}

const SIZES = ["+5", "-5", "0x5", "x5", "5x", " 5", "5 ", "\t5", "5\t", "5\x00", "\x005", "5\x0b", "5,5", "5 5", "5.0", "5_", "5h", "\"5\"", "", "g", "100000005", "000000005", "ffffffff5", "FFFFFFFFFFFFFFFF5", "8000000000000005", "-1", "5\r", "\r5", "5\xa0", "\xb2", "\xef\xbc\x95"] as const;
const EXTENSIONS = [";a=1", ";a", ";", " ;a=1", ";a=\"b\"", ";a=\"\r\n\"", ";a=\"\n\"", ";\n", ";a\r", ";\x00", ";a=\"0\r\n\r\n", "; a=b; c", ";a=b\nGET /hidden HTTP/1.1"] as const;

const CHUNKS: readonly Attack[] = [
  ...SIZES.map((size) => chunks(`the size ${escaped(size)}`, `${size}\r\nhello\r\n0\r\n\r\n`)),
  ...EXTENSIONS.map((extension) => chunks(`the extension ${escaped(extension)}`, `5${extension}\r\nhello\r\n0\r\n\r\n`)),
  ...EXTENSIONS.map((extension) => chunks(`the extension ${escaped(extension)} of the last one`, `5\r\nhello\r\n0${extension}\r\n\r\n`)),
  chunks("TERM.EXT, a bare LF ends the size for one", `5;\n${"x".repeat(3)}\r\nhello\r\n0\r\n\r\n`),
  chunks("EXT.TERM, a bare LF ends the size for the other", `5\nhello\r\n0\r\n\r\n`),
  chunks("a bare CR ends the size", "5\rhello\r\n0\r\n\r\n"),
  chunks("a bare LF behind the data", "5\r\nhello\n0\r\n\r\n"),
  chunks("a bare CR behind the data", "5\r\nhello\r0\r\n\r\n"),
  chunks("two octets behind the data (SPILL.TERM)", "5\r\nhelloXX0\r\n\r\n"),
  chunks("one octet too many", "5\r\nhelloX\r\n0\r\n\r\n"),
  chunks("a line end in front of the size", "\r\n5\r\nhello\r\n0\r\n\r\n"),
  chunks("a line end too many", "5\r\nhello\r\n\r\n0\r\n\r\n"),
  chunks("a bare LF behind the last size", "5\r\nhello\r\n0\n\n"),
  chunks("a bare LF at the end", "5\r\nhello\r\n0\r\n\n"),
  chunks("a bare CR at the end", "5\r\nhello\r\n0\r\n\rx"),
  chunks("trailers", "5\r\nhello\r\n0\r\nX: y\r\n\r\n"),
  chunks("a trailer that frames", "5\r\nhello\r\n0\r\nContent-Length: 500\r\n\r\n"),
  chunks("a trailer that is a request", `5\r\nhello\r\n0\r\n${HIDDEN}`),
  chunks("a trailer that identifies", "5\r\nhello\r\n0\r\nAuthorization: Bearer x\r\n\r\n"),
  chunks("a trailer that is folded", "5\r\nhello\r\n0\r\nX: y\r\n z\r\n\r\n"),
  chunks("no last chunk", "5\r\nhello\r\n"),
  chunks("no end", "5\r\nhello\r\n0\r\n"),
  chunks("a request in place of the last chunk", `5\r\nhello\r\n${HIDDEN}`),
  chunks("zeros in front", "00000005\r\nhello\r\n000\r\n\r\n", "POST /a hello"),
  chunks("letters of both cases", `a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n`, "POST /a 01234567890123456789"),
  chunks("a request in a chunk", `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`, `POST /a ${HIDDEN}`),
];

/** Lines that end, go on or begin where one reader says. */
const LINES: readonly Attack[] = [
  ...["\n", "\r", "\r\r\n", "\n\r", "\x00", "\x0b\r\n", "\x0c\r\n", "\x00\r\n", "\x85", "\xe2\x80\xa8"].map((end) => attack(`the request line ends with ${escaped(end)}`, `GET /a HTTP/1.1${end}Host: a\r\n\r\n`)),
  ...["\n", "\r", "\r\r\n", "\n\r", "\x00", "\x00\r\n", "\r\n\x00"].map((end) => get(`a field ends with ${escaped(end)}`, [`X: y${end}Z: w`])),
  ...["\r\n ", "\r\n\t", "\n ", "\r\n \r\n", "\r\n\x0b"].map((fold) => get(`a value goes on behind ${escaped(fold)}`, [`X: y${fold}Content-Length: 5`])),
  ...["\n\n", "\r\r", "\r\n\n", "\n\r\n", "\r\n\r", "\r\n \r\n", "\r\n\t\r\n\r\n"].map((end) => attack(`the head ends with ${escaped(end)}`, `GET /a HTTP/1.1\r\nHost: a${end}`)),
  ...["\n", "\r", "\r\n\r\n", "\r\n\n", " ", "\t", "\x00", "\x0b", "\xef\xbb\xbf", " \r\n", "\r\n "].map((start) => attack(`${escaped(start)} in front of the request`, `${start}GET /a HTTP/1.1\r\nHost: a\r\n\r\n`)),
  attack("one empty line in front of the request", "\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a "),
  attack("white space in front of the first field", "GET /a HTTP/1.1\r\n Host: a\r\nHost: b\r\n\r\n"),
  get("a field without a colon", ["X"]),
  get("a field without a name", [": y"]),
  get("a field with a space before its colon", ["X : y"]),
  get("a field with a line in front of its colon", ["X\r\n: y"]),
  ...["\x00", "\x01", "\x08", "\x0b", "\x0c", "\x0e", "\x1b", "\x1f", "\x7f"].map((octet) => get(`${escaped(octet)} in a value`, [`X: a${octet}b`])),
  ...["\x00", "\x09", "\x20", "\x22", "(", ")", ",", "/", ";", "<", "=", ">", "?", "@", "[", "\\", "]", "{", "}", "\x7f", "\x80", "\xff", "_"].map((octet) => get(`${escaped(octet)} in a name`, [`X${octet}Y: z`])),
  get("high octets in a value", ["X: caf\xe9"], "GET /a "),
  get("a request in a value", ["X: GET /hidden HTTP/1.1"], "GET /a "),
];

/** Lines that one reader takes for a request, or for another version of the protocol. */
const REQUEST_LINES: readonly Attack[] = [
  ...["GET  /a HTTP/1.1", "GET\t/a HTTP/1.1", "GET /a\tHTTP/1.1", "GET /a  HTTP/1.1", "GET /a HTTP/1.1 ", "GET /a HTTP/1.1\t", "GET /a", "GET /a HTTP", "GET /a HTTP/", "GET /a HTTP/1", "GET /a HTTP/1.", "GET /a HTTP/.1", "GET /a HTTP/1.1.1", "GET /a HTTP/1.10", "GET /a HTTP/01.1", "GET /a HTTP/1.01", "GET /a HTTP/11", "GET /a HTTP/1,1", "GET /a HTTP /1.1", "GET /a HTTP/ 1.1", "GET /a HTTP/+1.1", "GET /a HTTP/1.1a", "GET /a HTTP/1.x", "GET /a http/1.1", "GET /a Http/1.1", "GET /a XHTTP/1.1", "GET /a HTTPS/1.1", "GET /a ICE/1.0", "GET /a RTSP/1.0", "GET /a HTTP/1.1 HTTP/1.1", "GET /a b HTTP/1.1",
    "GET /a HTTP/0.9", "GET /a HTTP/1.2", "GET /a HTTP/1.9", "GET /a HTTP/2.0", "GET /a HTTP/3.0", "GET /a HTTP/0.1", "GET /a HTTP/9.9",
    "get /a HTTP/1.1", "Get /a HTTP/1.1", "gET /a HTTP/1.1", "G(T /a HTTP/1.1", "G\x00T /a HTTP/1.1", "GET\x00 /a HTTP/1.1", "GET\x0b/a HTTP/1.1", "GET\x0c/a HTTP/1.1", "GET\xa0/a HTTP/1.1", "/a HTTP/1.1", " /a HTTP/1.1", "GET HTTP/1.1", "GET", "HTTP/1.1 200 OK", "9ET /a HTTP/1.1", "\"GET\" /a HTTP/1.1", `${"A".repeat(40)} /a HTTP/1.1`,
  ].map((line) => attack(`the line ${escaped(line)}`, `${line}\r\nHost: a\r\n\r\n${HIDDEN}`)),
  attack("HTTP/0.9", "GET /a\r\n"),
  attack("HTTP/0.9 with fields behind", `GET /a\r\n${HIDDEN}`),
  attack("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"),
  attack("a greeting of TLS", "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03"),
  attack("a greeting of a proxy that was not asked for", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n"),
  ...["/\x00", "/a\x0bb", "/a\x7fb", "/a\xe9", "/a#b", "/a\\b", "/a%", "/a%0", "/a%zz", "/a%0d%0aHost:%20b", "/a%00", "//a", "/a//b", "/../a", "/a/..", "/%2e%2e/a", "/a/%2e", "/a%2fb", "/a%5cb", "/;/..;/a", "/..;/a", "/a%20HTTP/1.1%0d%0a", "/%ff"].map((target) => attack(`the target ${escaped(target)}`, `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)),
  ...["a", "?a", "*", "api.example:80", "http://api.example/a", "http://api.example", "https://api.example/a", "HTTP://api.example/a", "http://user@api.example/a", "http:/a", "http:///a", "file:///a", "@evil/a", ":80/a", "[::1]/a"].map((target) => attack(`the target ${escaped(target)}`, `GET ${target} HTTP/1.1\r\nHost: other.example\r\n\r\n`)),
  attack("CONNECT", "CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n\r\n"),
  attack("CONNECT in origin form", `CONNECT /a HTTP/1.1\r\nHost: a\r\n\r\n${HIDDEN}`),
  attack("TRACE", "TRACE /a HTTP/1.1\r\nHost: a\r\n\r\n"),
  attack("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
];

/** Fields that decide who the request is for, or what becomes of it behind the next hop. */
const FIELDS: readonly Attack[] = [
  attack("no Host", "GET /a HTTP/1.1\r\n\r\n"),
  attack("two Hosts", "GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
  attack("two equal Hosts", "GET /a HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"),
  ...["", "a b", "a, b", "a/b", "a?b", "a#b", "a@b", "user:pw@a", "a:80:90", "a:", "a:x", "a:99999", "a:-1", "[::1", "::1", "[a]", "a\tb", "a%00", "a..b", "http://a", "a\\b", "<a>", "\"a\"", "a;b", "\xe9"].map((host) => attack(`the Host ${escaped(host)}`, `GET /a HTTP/1.1\r\nHost: ${host}\r\n\r\n`)),
  ...["Host ", " Host", "Host\t", "Host\x00", "Host\r\n ", "X: y\nHost", "H\xf6st"].map((name) => attack(`the name ${escaped(name)}`, `GET /a HTTP/1.1\r\n${name}: a\r\nHost: b\r\n\r\n`)),
  ...["Content-Length", "Transfer-Encoding", "Host", "Authorization", "Cookie", "X-Forwarded-For", "Forwarded", "X-User", "Sallyport-Subject", "Content-Type", "Accept", "close, Content-Length", "keep-alive, X-Real-Ip", "Connection", "Keep-Alive, Via", "\"close\"", "close;", "cl\xf6se", "close close"].map((option) => get(`Connection: ${escaped(option)}`, [`Connection: ${option}`])),
  ...["authorization", "content-type", "cookie", "expect", "user-agent", "origin", "range", "upgrade"].map((name) => get(`${name} twice`, [`${name}: a`, `${name}: b`])),
  ...["100-continue, 100-continue", "100-continue ,x", "y 100-continue", "100-Continue;x", "\"100-continue\"", "200-ok", "101-upgrade", "", "x=100-continue"].map((expectation) => post(`Expect: ${escaped(expectation)}`, ["Content-Length: 5", `Expect: ${expectation}`], "hello")),
  post("Expect twice", ["Content-Length: 5", "Expect: 100-continue", "Expect: 100-continue"], "hello"),
  post("Expect with the body right behind", ["Content-Length: 5", "Expect: 100-continue"], "hello", "POST /a hello"),
  post("Expect with chunks right behind", ["Transfer-Encoding: chunked", "expect: 100-Continue"], HELLO, "POST /a hello"),
  get("Expect without a body", ["Expect: 100-continue"], "GET /a "),
  ...["h2c", "h2", "HTTP/2.0", "TLS/1.2", "websocket", "WebSocket, h2c", "h2c, websocket", "connect-udp", "x", ""].map((protocol) => attack(`Upgrade: ${escaped(protocol)}`, `GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: ${protocol}\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n${HIDDEN}`)),
  attack("Upgrade without a word of Connection", `GET /a HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n${HIDDEN}`),
  post("Upgrade with a body", ["Connection: Upgrade", "Upgrade: h2c", `Content-Length: ${HIDDEN.length}`], HIDDEN),
];

/** What a hop takes away, what it answers by itself, and what makes it a tunnel: each hop but the last one reads on differently. */
const HOPS: readonly Attack[] = [
  ...["Content-Length", "content-length, close", "close, Content-Length", "Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Request-Id", "Traceparent", "Expect", "Date", "Via", "Max-Forwards", "Sec-WebSocket-Key", "Content-Encoding", "Cache-Control", "\tContent-Length", ",,Content-Length"].map((option) =>
    post(`Connection: ${escaped(option)} with a body`, ["Content-Length: 5", `Connection: ${option}`], "hello"),
  ),
  post("Connection: Transfer-Encoding with chunks", ["Transfer-Encoding: chunked", "Connection: Transfer-Encoding"], HELLO),
  post("Connection: TE, which ends here anyway", ["Content-Length: 5", "Connection: TE", "TE: trailers"], "hello", "POST /a hello"),
  post("Trailer announces what frames, and nothing comes", ["Transfer-Encoding: chunked", "Trailer: Content-Length"], HELLO, "POST /a hello"),
  post("Trailer announces what frames, and it comes", ["Transfer-Encoding: chunked", "Trailer: Content-Length"], "5\r\nhello\r\n0\r\nContent-Length: 500\r\n\r\n"),
  ...["0", "1", "10", "-1", "x", "", "0, 0"].map((left) => attack(`Max-Forwards: ${left} of TRACE`, `TRACE /a HTTP/1.1\r\nHost: a\r\nMax-Forwards: ${left}\r\n\r\n`)),
  ...["0", "1", "x", ""].map((left) => attack(`Max-Forwards: ${left} of OPTIONS`, `OPTIONS /a HTTP/1.1\r\nHost: a\r\nMax-Forwards: ${left}\r\n\r\n`)),
  attack("OPTIONS that counts nothing", "OPTIONS /a HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS /a "),
  attack("Max-Forwards of GET, which says nothing", "GET /a HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n", "GET /a "),
  ...["TRACK", "DEBUG", "PRI", "CONNECT", "SOURCE"].map((method) => attack(`${method} with a body that is a request`, `${method} /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`)),
  ...["CONNECT a:80 HTTP/1.1\r\nHost: a:80", "CONNECT / HTTP/1.1\r\nHost: a", "CONNECT http://a/ HTTP/1.1\r\nHost: a", "CONNECT * HTTP/1.1\r\nHost: a", "CONNECT a:80 HTTP/1.0", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\nContent-Length: 0"].map((head) => attack(`a tunnel: ${escaped(head)}`, `${head}\r\n\r\n${HIDDEN}`)),
  ...["PRI * HTTP/1.1\r\nHost: a\r\n\r\nSM\r\n\r\n", "PRI * HTTP/2.0\r\nHost: a\r\n\r\nSM\r\n\r\n", "PRI /a HTTP/1.1\r\nHost: a\r\n\r\nSM\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"].map((preface) => attack(`HTTP/2 by prior knowledge: ${escaped(preface)}`, `${preface}\0\0\0\x04\0\0\0\0\0${HIDDEN}`)),
  ...["GET http://a/a HTTP/1.1\r\nHost: a", "GET http://a/a HTTP/1.1\r\nHost: b", "GET http://a/a HTTP/1.1", "GET http://a:80/a HTTP/1.1\r\nHost: a", "GET HTTP://A/a HTTP/1.1\r\nHost: a", "GET //a/a HTTP/1.1\r\nHost: a", "GET http://a@b/a HTTP/1.1\r\nHost: b", "GET http://a\\@b/a HTTP/1.1\r\nHost: a", "GET http://a/a HTTP/1.0", "POST http://a/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0"].map((head) => attack(`two authorities: ${escaped(head)}`, `${head}\r\n\r\n${HIDDEN}`)),
  ...["Content_Length: 500", "Transfer_Encoding: chunked", "Content-Length : 500", "CONTENT-LENGTH_: 500"].map((line) => post(`a length, and ${escaped(line)}`, ["Content-Length: 5", line], `hello${HIDDEN}`)),
];

/** More than one request on one connection, which is no attack as long as both readers count the same. */
const PIPELINES: readonly Attack[] = [
  attack("two requests in one piece", "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a ", "GET /b "),
  attack("a body and a request behind it", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\nHost: a\r\n\r\n", "POST /a hello", "GET /b "),
  attack("chunks and a request behind them", `POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${HELLO}GET /b HTTP/1.1\r\nHost: a\r\n\r\n`, "POST /a hello", "GET /b "),
  attack("nothing comes behind HTTP/1.0", `GET /a HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n${HIDDEN}`, "GET /a "),
  attack("nothing comes behind Connection: close", `GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n${HIDDEN}`, "GET /a "),
  attack("nothing comes behind close among other options", `GET /a HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, CLOSE\r\n\r\n${HIDDEN}`, "GET /a "),
  attack("nothing comes behind a request that is refused", `GET /a HTTP/1.1\r\nHost: a b\r\nContent-Length: 0\r\n\r\nX${HIDDEN}`),
  attack("a line end too many between two requests", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n", "POST /a hello", "GET /b "),
];

export const ATTACKS: readonly Attack[] = [...TWO_FRAMINGS, ...OBFUSCATED_CODINGS, ...OBFUSCATED_LENGTHS, ...CHUNKS, ...LINES, ...REQUEST_LINES, ...FIELDS, ...HOPS, ...PIPELINES];
