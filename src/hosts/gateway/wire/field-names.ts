/**
 * Field names: lower-case forms, found by the octets of a name instead of made.
 *
 * Callers write the same few names again and again. A text that is cut out for each of them, to be looked up and thrown
 * away, cost as much as all of the walk over the head; so names are found by a hash that the walk makes on its way. New
 * ones are kept up to a bound, so that invented names do not fill the memory, and looked for in a few places only, so
 * that names invented to share one hash cost no more than others.
 */
export const NAMES_MAX = 1_024;
/** A longer name is nobody's habit, and would keep more than it saves. */
export const NAME_BYTES_KEPT_MAX = 64;
/** Places in which one name may stand. */
export const PLACES_MAX = 8;

const SLOTS = 4_096;

const USUAL = [
  "accept", "accept-charset", "accept-encoding", "accept-language", "accept-ranges", "access-control-allow-origin", "access-control-request-headers",
  "access-control-request-method", "age", "allow", "authorization", "cache-control", "connection", "content-disposition", "content-encoding",
  "content-language", "content-length", "content-type", "cookie", "date", "dpop", "etag", "expect", "expires", "forwarded", "from", "host",
  "idempotency-key", "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "keep-alive", "last-event-id",
  "last-modified", "link", "location", "max-forwards", "origin", "pragma", "prefer", "priority", "proxy-authorization", "range", "referer",
  "retry-after", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "server", "set-cookie", "strict-transport-security", "te", "traceparent",
  "tracestate", "trailer", "transfer-encoding", "upgrade", "user-agent", "vary", "via", "www-authenticate", "x-api-key", "x-correlation-id",
  "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-powered-by", "x-real-ip", "x-request-id",
];

interface Known {
  readonly written: Buffer;
  readonly name: string;
}

const slots: (Known | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
let kept = 0;

for (const name of USUAL) {
  keep(name, name);
  keep(name.replace(/(?:^|-)[a-z]/g, (first) => first.toUpperCase()), name);
}
// As their makers write them.
for (const name of ["ETag", "DPoP", "TE", "WWW-Authenticate"]) keep(name, name.toLowerCase());

/** The hash of a name up to and with `octet`. Begins with 0. */
export function hashOn(hash: number, octet: number): number {
  return (Math.imul(hash, 31) + octet) | 0;
}

/**
 * `Content-Type` as `content-type`.
 *
 * @param hash of the octets `bytes[from..to]`, as `hashOn` makes it
 */
export function nameAt(bytes: Buffer, from: number, to: number, hash: number): string {
  let slot = slotOf(hash);
  for (let place = 0; place < PLACES_MAX; place++) {
    const known = slots[slot];
    if (known === undefined) break;
    if (isSame(known.written, bytes, from, to)) return known.name;
    slot = (slot + 1) % SLOTS;
  }
  const written = bytes.toString("latin1", from, to);
  const name = written.toLowerCase();
  if (kept < NAMES_MAX && to - from <= NAME_BYTES_KEPT_MAX) keep(written, name);
  return name;
}

/** How many are kept, for whoever doubts the bound. */
export function namesKept(): number {
  return kept;
}

function keep(text: string, name: string): void {
  const written = Buffer.from(text, "latin1");
  let slot = slotOf(written.reduce(hashOn, 0));
  for (let place = 0; place < PLACES_MAX; place++) {
    if (slots[slot] === undefined) {
      slots[slot] = { written, name };
      kept++;
      return;
    }
    slot = (slot + 1) % SLOTS;
  }
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

function isSame(written: Buffer, bytes: Buffer, from: number, to: number): boolean {
  const length = to - from;
  if (written.byteLength !== length) return false;
  for (let at = 0; at < length; at++) if (written[at] !== bytes[from + at]) return false;
  return true;
}
