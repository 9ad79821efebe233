/** Tokens: revokes access tokens before their time is over, lists what is revoked, and takes it back. */
import { lift, listRevocations, revoke, REVOCATIONS_LISTED_MAX } from "../../keys/revocation/ledger.ts";
import { REVOCATION_KINDS } from "../../keys/revocation/revocation.ts";
import { type Command, defineCommand, type Given } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { misuse } from "../misuse.ts";
import { plain, type Terminal, writeJson } from "../terminal.ts";
import { isReason, KEEP_DEFAULT, KEEP_MAX, readRevocation } from "../tokens/read-revocation.ts";
import { dataOfRevocation, tellRevocation, tellRevocations } from "../tokens/tell-revocation.ts";
import { withBareDatabase, type WorkPlace } from "../with-database.ts";

const options = {
  policy: { type: "text", value: "FILE", about: "The policy file; sallyport.yaml, then policy.yaml in this folder when left out." },
  issuer: { type: "text", value: "URL", about: "revoke: only tokens of this issuer; of every issuer when left out." },
  before: { type: "text", value: "MOMENT", about: "revoke: only tokens that were issued before this moment, by the issuer's clock; now when left out." },
  keep: { type: "text", value: "TIME", about: `revoke: how long it counts, at least as long as a token can live: 1m to ${KEEP_MAX}; ${KEEP_DEFAULT} when left out.` },
  reason: { type: "text", value: "TEXT", about: "revoke: why. lift: why, and then it must be said." },
} as const;

type Words = Given<typeof options>;

const TAKES: Readonly<Record<string, readonly string[]>> = { revoke: ["issuer", "before", "keep", "reason"], list: [], lift: ["reason"] };
const HELP = "sallyport tokens --help";

export const tokens: Command = defineCommand({
  name: "tokens",
  summary: "Revoke access tokens, list what is revoked, and take it back.",
  description: [
    "Works on the database that the policy names under `database`. A gateway need not run; those that do run see every change within a second, all nodes and threads.",
    `revoke takes what is revoked: ${REVOCATION_KINDS.join(", ")}. A token is named as the audit log names it (jti:...), or by its id; the others by the claims sub, client_id and sid. Everything is everybody's. But for a single token only those count no more that were issued before the moment, so that a user who logs in again gets in again.`,
    "lift takes a revocation back by its id, for a reason.",
  ],
  positionals: [
    { name: "action", about: "What to do.", required: true, completes: ["revoke", "list", "lift"] },
    { name: "what", about: `revoke: ${REVOCATION_KINDS.join(", ")}. lift: the id of the revocation.`, required: false },
    { name: "value", about: "revoke: which token, subject, client or session.", required: false },
  ],
  options,
  examples: [
    { line: "sallyport tokens revoke token jti:0f3c5a9be1d27486a5c4e3b2918d7f60", about: "One token, as the audit log names it." },
    { line: 'sallyport tokens revoke subject ann --issuer https://id.example --reason "laptop stolen"', about: "All tokens of a user that were issued until now." },
    { line: "sallyport tokens revoke everything --before 2026-11-20T12:00:00Z", about: "After a leak: whatever was issued before." },
  ],
  exits: { 1: "there is no such revocation, or there are as many as there may be", 2: "a word is missing, or does not go with the action", 3: "there is no policy or no database" },
  json: {
    revocation: "revoke, lift: id, kind, issuer (empty: every one), value, before, ends, created, reason, lifted (why it was taken back), state (counts, ended, lifted).",
    revocations: `list: the newest first, at most ${REVOCATIONS_LISTED_MAX}.`,
  },

  run(given, terminal) {
    const wrong = findMisuse(given);
    if (wrong !== undefined) return Promise.resolve(misuse(wrong, HELP, given.json, terminal));
    return withBareDatabase(given.options.policy, given.json, terminal, (place) => act(given, place, terminal));
  },
});

function findMisuse({ positionals: [action = "", what, value], options }: Words): string | undefined {
  const takes = TAKES[action];
  if (takes === undefined) return `<action> is one of ${Object.keys(TAKES).join(", ")}`;
  const stray = Object.entries(options).find(([name, given]) => name !== "policy" && given !== undefined && !takes.includes(name));
  if (stray !== undefined) return `--${stray[0]} does not go with ${action}`;
  if (action === "list" && what !== undefined) return `unexpected word "${what}"`;
  if (action === "lift" && (what === undefined || value !== undefined)) return "lift takes the id of one revocation";
  if (action === "lift" && !isReason(options.reason ?? "")) return "--reason is missing: why is it taken back?";
  return undefined;
}

async function act(given: Words, place: Omit<WorkPlace, "peppers">, terminal: Terminal): Promise<ExitCode> {
  const { positionals: [action, what = "", value], options, json } = given;
  const { now } = place;
  if (action === "list") {
    const revocations = await listRevocations(place);
    if (json) terminal.out.write(writeJson({ revocations: revocations.map((one) => dataOfRevocation(one, now)) }));
    else tellRevocations(revocations, now, terminal.out);
    return EXIT.fine;
  }
  const wishes = action === "revoke" ? readRevocation({ ...options, kind: what, value }, now) : undefined;
  if (wishes !== undefined && "wrong" in wishes) return misuse(wishes.wrong, HELP, json, terminal);
  const done = wishes === undefined ? await lift(what, options.reason ?? "", place) : await revoke(wishes, place);
  if (done === undefined) return refuse(wishes === undefined ? "there is no revocation of this id that counts" : "there are as many revocations as there may be: revoke everything before a moment", json, terminal);
  if (json) terminal.out.write(writeJson({ revocation: dataOfRevocation(done, now) }));
  else tellRevocation(done, now, terminal.out);
  return EXIT.fine;
}

function refuse(wrong: string, json: boolean, { out, error }: Terminal): ExitCode {
  if (json) out.write(writeJson({ error: wrong }));
  error.write(`sallyport: ${plain(wrong)}`);
  return EXIT.refused;
}
