/**
 * Told: what a caller is told of his limit: RateLimit and RateLimit-Policy, and the older fields where somebody still
 * reads them. See draft-ietf-httpapi-ratelimit-headers-11.
 */
import type { Json, Particulars, WritableFields } from "../../../../guard.ts";
import { TOKEN_BYTES } from "../../../../policy/rate.ts";
import type { Bucket, CommonOptions } from "./options.ts";

export interface Told {
  /** @param seconds until as much is there again as was asked for, or until the bucket is full */
  readonly tell: (reply: WritableFields, left: number, seconds: number) => void;
}

/** @param label what the limit is called in the fields; a second one of the same name gets a number */
export function toldOf(label: string, { unit, capacity, window }: Bucket, headers: CommonOptions["headers"]): Told {
  const scale = unit === "bytes" ? TOKEN_BYTES : 1;
  const quota = `;q=${capacity * scale};w=${Math.max(1, Math.ceil(window / 1_000))}${unit === "bytes" ? ';qu="content-bytes"' : ""}`;
  const standard = headers === "standard" || headers === "both";
  const legacy = headers === "legacy" || headers === "both";
  return {
    tell(reply, left, seconds) {
      const rest = Math.floor(left) * scale;
      if (standard) {
        const before = reply.count("ratelimit-policy");
        const name = before === 0 ? `"${label}"` : `"${label}-${before + 1}"`;
        reply.append("ratelimit-policy", `${name}${quota}`);
        reply.append("ratelimit", `${name};r=${rest};t=${seconds}`);
      }
      if (legacy) tellLegacy(reply, capacity * scale, rest, seconds);
    },
  };
}

/** There is one of each: of several limits, the one that is nearest. */
function tellLegacy(reply: WritableFields, quota: number, left: number, seconds: number): void {
  const before = reply.one("x-ratelimit-remaining");
  if (before !== undefined && Number(before) <= left) return;
  reply.set("x-ratelimit-limit", String(quota));
  reply.set("x-ratelimit-remaining", String(left));
  reply.set("x-ratelimit-reset", String(seconds));
}

/** Of a wait, how much may be put on top, so that those who were told at the same moment do not come back at the same. */
const JITTER_SHARE = 8;

/** What is told to whom waits for something that never comes. */
const FOREVER_SECONDS = 86_400;

export interface Waits {
  /** A wait in whole seconds for Retry-After: rounded up, at least one, and for long ones with a little on top; a day for ever. */
  readonly seconds: (milliseconds: number) => number;
}

/** @param random bytes, drawn by the dozen: refusing must stay cheap */
export function waitsOf(random: (bytes: number) => Uint8Array): Waits {
  let drawn: Uint8Array = new Uint8Array(0);
  let at = 0;
  const draw = (): number => {
    if (at >= drawn.length) [drawn, at] = [random(DRAWN_BYTES), 0];
    return (drawn[at++] ?? 0) / 256;
  };
  return {
    seconds(milliseconds) {
      if (!Number.isFinite(milliseconds)) return FOREVER_SECONDS;
      const whole = Math.max(1, Math.ceil(milliseconds / 1_000));
      return whole < JITTER_SHARE ? whole : whole + Math.floor((whole / JITTER_SHARE) * draw());
    },
  };
}

const DRAWN_BYTES = 256;

/** What a refusal carries. Retry-After is never earlier than what RateLimit says. */
export function refusing(label: string, seconds: number, because: Readonly<Record<string, Json>>): Particulars {
  return { headers: { "retry-after": String(seconds) }, extra: { "violated-policies": [label] }, because };
}
