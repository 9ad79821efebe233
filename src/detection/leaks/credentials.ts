/**
 * Credentials: secrets that are known by their form: keys and tokens of well-known providers, passwords in URLs, private keys,
 * JSON Web Tokens.
 */

/** Answers where the secret ends whose beginning stands at `from`; or, below zero, up to where none of its kind begins: -1 says no more than "not here". */
export type Measure = (text: string, from: number) => number;

/** Characters of one secret that are looked at. */
export const SECRET_CHARACTERS_MAX = 8_192;

const UPPER = 1;
const LOWER = 2;
const DIGIT = 4;
const DASH = 8;
const LOW = 16;
const DOT = 32;
const SLASH = 64;

const CLASSES: Uint8Array = makeClasses();

function makeClasses(): Uint8Array {
  const classes = new Uint8Array(128);
  for (let code = 0; code < 128; code++) {
    const letter = String.fromCharCode(code);
    classes[code] = /[A-Z]/.test(letter) ? UPPER : /[a-z]/.test(letter) ? LOWER : /[0-9]/.test(letter) ? DIGIT : letter === "-" ? DASH : letter === "_" ? LOW : letter === "." ? DOT : /[+/=]/.test(letter) ? SLASH : 0;
  }
  return classes;
}

/** The end of a run of characters of these classes. */
function run(text: string, from: number, classes: number): number {
  let at = from;
  const end = Math.min(text.length, from + SECRET_CHARACTERS_MAX);
  while (at < end && ((CLASSES[text.charCodeAt(at)] ?? 0) & classes) !== 0) at++;
  return at;
}

const ALPHANUMERIC = UPPER | LOWER | DIGIT;
const WORDLIKE = ALPHANUMERIC | LOW | DASH;

/** A prefix, as it is written, and behind it so many characters of some classes. */
function prefixed(prefix: string, classes: number, least: number, most: number = SECRET_CHARACTERS_MAX): Measure {
  return (text, from) => {
    if (!text.startsWith(prefix, from) || isInside(text, from)) return -1;
    const end = run(text, from + prefix.length, classes);
    const length = end - from - prefix.length;
    return length >= least && length <= most ? end : -1;
  };
}

/** In the middle of a longer word it is chance. */
function isInside(text: string, from: number): boolean {
  return from > 0 && ((CLASSES[text.charCodeAt(from - 1)] ?? 0) & (ALPHANUMERIC | LOW)) !== 0;
}

/** Characters of a name, and of a password, within a URL. */
const URL_NAME_MAX = 64;
const URL_PASSWORD_MAX = 256;
/** What manuals write in the place of a password. */
const PLACEHOLDERS: ReadonlySet<string> = new Set(["password", "passwd", "pass", "pw", "secret", "pwd"]);

/** `scheme://name:password@host` (RFC 3986, section 3.2.1), as databases and brokers are told where to go. */
const measureUrlPassword: Measure = (text, from) => {
  if (!isInside(text, from)) return -1;
  const name = from + 3;
  const colon = urlPart(text, name, URL_NAME_MAX);
  if (text.charCodeAt(colon) !== 0x3a) return -1;
  const at = urlPart(text, colon + 1, URL_PASSWORD_MAX, true);
  if (text.charCodeAt(at) !== 0x40 || at === colon + 1) return -1;
  const password = text.slice(colon + 1, at);
  const isOne = !PLACEHOLDERS.has(password.toLowerCase()) && /[A-Za-z0-9]/.test(password) && !/[{}$]/.test(password);
  return isOne && run(text, at + 1, WORDLIKE) > at + 1 ? at : -1;
};

/** The end of what may stand before a colon or an at sign of a URL; a password may hold colons. */
function urlPart(text: string, from: number, most: number, colons = false): number {
  const end = Math.min(text.length, from + most);
  let at = from;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    // White space, quotes, angle brackets, slashes, question mark, at sign, backslash.
    if (code <= 0x20 || code === 0x22 || code === 0x27 || code === 0x2f || code === 0x3c || code === 0x3e || code === 0x3f || code === 0x40 || code === 0x5c || (code === 0x3a && !colons)) break;
  }
  return at;
}

/** Prefix and form of the secrets of well-known providers. */
export const CREDENTIALS: readonly (readonly [prefix: string, measure: Measure])[] = [
  ...["AKIA", "ASIA", "AROA", "AIDA"].map((prefix) => [prefix, prefixed(prefix, UPPER | DIGIT, 16, 16)] as const),
  ...["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map((prefix) => [prefix, prefixed(prefix, ALPHANUMERIC, 36, 255)] as const),
  ["github_pat_", prefixed("github_pat_", ALPHANUMERIC | LOW, 50)],
  ...["glpat-", "glrt-", "gldt-"].map((prefix) => [prefix, prefixed(prefix, WORDLIKE, 20, 64)] as const),
  ...["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-"].map((prefix) => [prefix, prefixed(prefix, ALPHANUMERIC | DASH, 10)] as const),
  ...["sk_live_", "rk_live_", "sk_test_", "whsec_"].map((prefix) => [prefix, prefixed(prefix, ALPHANUMERIC, 16)] as const),
  ["AIza", prefixed("AIza", WORDLIKE, 35, 35)],
  ["ya29.", prefixed("ya29.", WORDLIKE, 20)],
  ["SG.", prefixed("SG.", WORDLIKE | DOT, 60)],
  ["npm_", prefixed("npm_", ALPHANUMERIC, 36, 36)],
  ["pypi-", prefixed("pypi-", WORDLIKE, 50)],
  ["dop_v1_", prefixed("dop_v1_", LOWER | DIGIT, 64, 64)],
  ["shpat_", prefixed("shpat_", ALPHANUMERIC, 32, 32)],
  ["hvs.", prefixed("hvs.", WORDLIKE, 24)],
  ["sk-ant-", prefixed("sk-ant-", WORDLIKE, 24)],
  ["sk-proj-", prefixed("sk-proj-", WORDLIKE, 24)],
  ["://", measureUrlPassword],
  ["SharedAccessKey=", prefixed("SharedAccessKey=", ALPHANUMERIC | SLASH, 40)],
  ["AccountKey=", prefixed("AccountKey=", ALPHANUMERIC | SLASH, 60)],
];

const KEY_LABELS: ReadonlySet<string> = new Set(["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY", "SSH2 ENCRYPTED PRIVATE KEY", "PGP PRIVATE KEY BLOCK"]);

const LABEL_CHARACTERS_MAX = 37;

/** `-----BEGIN ... PRIVATE KEY-----`, up to its end where there is one. */
export const measurePrivateKey: Measure = (text, from) => {
  const label = from + "-----BEGIN ".length;
  const length = text.slice(label, label + LABEL_CHARACTERS_MAX).indexOf("-----");
  const close = label + length;
  if (length === -1 || !KEY_LABELS.has(text.slice(label, close).toUpperCase())) return -1;
  // Not a character further than a key may be long: many beginnings in a row would each be looked for an end.
  const behind = text.slice(close + 5, from + SECRET_CHARACTERS_MAX);
  const end = behind.indexOf("-----END ");
  if (end === -1) return close + 5;
  const last = behind.indexOf("-----", end + 9);
  return close + 5 + (last === -1 ? end : last + 5);
};

/** Three parts of base64url, of which the first is a header with an algorithm (RFC 7519, section 3.1). */
export const measureToken: Measure = (text, from) => {
  if (isInside(text, from)) return -1;
  const header = run(text, from, WORDLIKE);
  // What begins within the same run ends with it: no run is read twice.
  if (text.charCodeAt(header) !== 0x2e || !Buffer.from(text.slice(from, header), "base64url").toString("latin1").includes('"alg"')) return -header;
  const payload = run(text, header + 1, WORDLIKE);
  if (payload - header < 3 || text.charCodeAt(payload) !== 0x2e) return -payload;
  return run(text, payload + 1, WORDLIKE | DOT);
};
