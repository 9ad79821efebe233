/** Keys: names of members that change what a program does, wherever they come from. */

/**
 * Operators of query languages begin with a dollar sign: `{"password": {"$ne": ""}}` asks for every password but the empty one.
 * A few names of JSON Schema and of typed JSON begin so, too, and ask nothing.
 */
const HARMLESS_OPERATORS: ReadonlySet<string> = new Set(["$schema", "$id", "$ref", "$defs", "$comment", "$anchor", "$vocabulary", "$dynamicRef", "$dynamicAnchor", "$type"]);

/** Through these a copied object reaches what all objects of a JavaScript program inherit. */
const PROTOTYPES: ReadonlySet<string> = new Set(["__proto__", "__definegetter__", "__definesetter__", "__lookupgetter__", "__lookupsetter__"]);

/** The rule that a name of a member breaks. `value` is what stands under it. */
export function judgeKey(name: string, value: unknown): string | undefined {
  const first = name.charCodeAt(0);
  if (first === 0x24) return name.length > 1 && !HARMLESS_OPERATORS.has(name) ? "key-operator" : undefined;
  if (first === 0x5f) return PROTOTYPES.has(name.toLowerCase()) ? "key-prototype" : undefined;
  // Building firms have constructors, too: only what leads further is refused.
  const leads = (name === "constructor" || name === "prototype") && typeof value === "object" && value !== null;
  return leads && !Array.isArray(value) ? "key-prototype" : undefined;
}

/** Names under which frameworks keep sessions, apart from those that say so. */
const SESSIONS: ReadonlySet<string> = new Set(["cfid", "cftoken", "cfsid", "jservsession", "connect.sid", "express.sid", "sails.sid", "koa.sid", "koa.sess", "siteserver", "weblogicsession", "meteor_login_token", "authlogic", "wordpress_logged_in"]);

/** Whether a name is one under which a session's id travels: in a cookie, and nowhere else. */
export function namesSession(name: string): boolean {
  const lower = name.toLowerCase();
  return SESSIONS.has(lower) || /(?:^|[^a-z])sess(?:$|[^a-rt-z]|id)|sess(?:ion)?[._-]?(?:id|hash|key|token|data|sig)|(?:^|[._-])session(?:$|[._-])|(?:^|[^a-z])session$|(?:^|[._-])sid$|typo_user|(?:login|auth|remember)[._-]?token/.test(lower.slice(0, NAME_CHARACTERS_MAX));
}

const NAME_CHARACTERS_MAX = 64;

/** A name under which programs keep where their files are. */
const PLACE = /(?:\[|_|^)(?:absolute_?)?(?:path|dir|root|include|inc|basedir)\]?$/;

/** Whether a value is the address of a file that would be taken for one of the program's own. */
export function namesRemoteFile(name: string, value: unknown): boolean {
  if (typeof value !== "string" || !/^(?:https?|ftps?):\/\//i.test(value)) return false;
  const lower = name.toLowerCase();
  return /[[_]/.test(lower) && lower.length <= NAME_CHARACTERS_MAX && PLACE.test(lower);
}
