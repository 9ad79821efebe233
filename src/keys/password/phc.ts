/**
 * PHC: a password hash with its parameters, as one text that other programs read, too.
 *
 *     $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>
 *
 * Base64 without padding. Read strictly and within bounds: whoever can write into the database must not be able to make
 * every login cost a gigabyte.
 */
export interface Argon2Cost {
  /** Memory in KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

export interface PasswordHash extends Argon2Cost {
  readonly salt: Uint8Array;
  readonly digest: Uint8Array;
}

/** What OWASP asks for at least of argon2id: nothing weaker is believed. */
export const COST_MIN: Argon2Cost = { memory: 19_456, passes: 2, lanes: 1 };
/** Of what is made from now on; what cost less is made anew at the next login. */
export const COST: Argon2Cost = COST_MIN;
export const COST_MAX: Argon2Cost = { memory: 262_144, passes: 10, lanes: 8 };
const SALT_BYTES = { min: 16, max: 64 };
const DIGEST_BYTES = { min: 32, max: 64 };

export function writePhc({ memory, passes, lanes, salt, digest }: PasswordHash): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${write(salt)}$${write(digest)}`;
}

/** undefined: no hash of this kind, or weaker or costlier than is allowed. */
export function readPhc(text: string): PasswordHash | undefined {
  const match = /^\$argon2id\$v=19\$m=([1-9][0-9]{0,6}),t=([1-9][0-9]?),p=([1-9][0-9]?)\$([A-Za-z0-9+/]{1,90})\$([A-Za-z0-9+/]{1,90})$/.exec(text);
  if (match === null) return undefined;
  const [, memory, passes, lanes, salt = "", digest = ""] = match;
  const read: PasswordHash = { memory: Number(memory), passes: Number(passes), lanes: Number(lanes), salt: Buffer.from(salt, "base64"), digest: Buffer.from(digest, "base64") };
  const costs = read.memory >= COST_MIN.memory && read.memory <= COST_MAX.memory && read.passes >= COST_MIN.passes && read.passes <= COST_MAX.passes && read.lanes <= COST_MAX.lanes;
  const sizes = fits(read.salt, SALT_BYTES) && fits(read.digest, DIGEST_BYTES);
  return costs && sizes && writePhc(read) === text ? read : undefined;
}

function fits({ byteLength }: Uint8Array, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return byteLength >= min && byteLength <= max;
}

function write(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}
