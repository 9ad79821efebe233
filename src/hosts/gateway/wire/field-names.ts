/**
 * Field names: lower-case forms, found instead of made.
 *
 * Callers write the same few names again and again; new ones are kept up to a bound, so that invented names do not
 * fill the memory.
 */
export const NAMES_MAX = 1_024;
/** A longer name is nobody's habit, and would keep more than it saves. */
export const NAME_CHARACTERS_KEPT_MAX = 64;

const USUAL = [
  "accept", "accept-charset", "accept-encoding", "accept-language", "access-control-request-headers", "access-control-request-method",
  "authorization", "cache-control", "connection", "content-encoding", "content-language", "content-length", "content-type", "cookie",
  "date", "dpop", "expect", "forwarded", "from", "host", "idempotency-key", "if-match", "if-modified-since", "if-none-match",
  "if-range", "if-unmodified-since", "keep-alive", "last-event-id", "max-forwards", "origin", "pragma", "prefer", "priority",
  "proxy-authorization", "range", "referer", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "te", "traceparent", "tracestate",
  "trailer", "transfer-encoding", "upgrade", "user-agent", "via", "x-api-key", "x-correlation-id", "x-forwarded-for",
  "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "x-request-id",
];

const known = new Map<string, string>();
for (const name of USUAL) {
  known.set(name, name);
  known.set(name.replace(/(?:^|-)[a-z]/g, (first) => first.toUpperCase()), name);
}

/** `Content-Type` as `content-type`. */
export function lowerName(name: string): string {
  return known.get(name) ?? learn(name);
}

/** How many are kept, for whoever doubts the bound. */
export function namesKept(): number {
  return known.size;
}

function learn(name: string): string {
  const lower = name.toLowerCase();
  // A copy: a part of a head's text would keep the whole head.
  if (known.size < NAMES_MAX && name.length <= NAME_CHARACTERS_KEPT_MAX) known.set(copyOf(name), copyOf(lower));
  return lower;
}

function copyOf(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}
