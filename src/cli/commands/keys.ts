/** Keys: makes, lists, shows, replaces and switches off API keys. */
import { isKeyId } from "../../keys/api-key/format.ts";
import { disableKey, findKey, type Issued, issueKey, KEYS_LISTED_MAX, listKeys, rotateKey } from "../../keys/api-key/ledger.ts";
import { type Command, defineCommand, type Given } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { LIFE_DEFAULT, LIFE_MAX, readLife, readWishes } from "../keys/read-wishes.ts";
import { dataOfKey, tellKey, tellKeys } from "../keys/tell-key.ts";
import { misuse } from "../misuse.ts";
import { readDuration } from "../read-duration.ts";
import { plain, type Terminal, writeJson } from "../terminal.ts";
import { withDatabase, type WorkPlace } from "../with-database.ts";

const OVERLAP_DEFAULT = "7d";

const options = {
  policy: { type: "text", value: "FILE", about: "The policy file; sallyport.yaml, then policy.yaml in this folder when left out." },
  owner: { type: "text", value: "NAME", about: "create: who calls with the key; the subject of the principal. list: only keys of this owner." },
  name: { type: "text", value: "TEXT", about: "create: what the key is called; the owner when left out." },
  party: { type: "text", value: "PARTY", about: "create: user or client; client when left out: a program on its own account." },
  scopes: { type: "text", value: "LIST", about: "create: scopes that the key has, with commas between." },
  tenant: { type: "text", value: "NAME", about: "create: the claim `tenant`." },
  claims: { type: "text", value: "JSON", about: "create: further claims, as a JSON object." },
  addresses: { type: "text", value: "LIST", about: "create: addresses and ranges from which the key counts, with commas between; everywhere when left out." },
  plan: { type: "text", value: "NAME", about: "create: the rate plan of its owner." },
  test: { type: "flag", about: "create: a key for the test environment." },
  expires: { type: "text", value: "TIME", about: `create, rotate: the time after which the key ends, 1m to ${LIFE_MAX}; ${LIFE_DEFAULT} when left out.` },
  lasting: { type: "text", value: "REASON", about: "create, rotate: why the key never ends." },
  overlap: { type: "text", value: "TIME", about: `rotate: how long the old key still counts, 0s to 90d; ${OVERLAP_DEFAULT} when left out.` },
} as const;

type Words = Given<typeof options>;

/** What each action takes, besides the policy. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  create: ["owner", "name", "party", "scopes", "tenant", "claims", "addresses", "plan", "test", "expires", "lasting"],
  list: ["owner"],
  show: [],
  rotate: ["expires", "lasting", "overlap"],
  disable: [],
};

export const keys: Command = defineCommand({
  name: "keys",
  summary: "Make, list, show, replace and switch off API keys.",
  description: [
    "Works on the database that the policy names under `database`, which must also name a pepper. A gateway need not run; those that do run see every change within a second.",
    "The key itself is printed once, by create and rotate, alone on standard output: the database holds only a keyed hash of it, and nobody can show it again. It looks like slp_live_<id>_<secret>_<checksum>; the id is what the other actions take, and what the audit log says.",
    "rotate makes a key like the old one, which ends when the overlap is over. disable ends a key at once, for good.",
  ],
  positionals: [
    { name: "action", about: "What to do.", required: true, completes: ["create", "list", "show", "rotate", "disable"] },
    { name: "id", about: "show, rotate, disable: the id of the key.", required: false },
  ],
  options,
  examples: [
    { line: "sallyport keys create --owner shop --scopes orders:read,orders:write", about: "A key of the program `shop`, for 90 days." },
    { line: "sallyport keys rotate 3kTd9QwZ1bX7 --overlap 1d", about: "A new key; the old one counts for one day more." },
    { line: "sallyport keys list --json", about: "All keys, for a program." },
  ],
  exits: { 1: "there is no such key, or it counts no more", 2: "an option is missing, or does not go with the action", 3: "there is no policy, no database or no pepper" },
  json: {
    key: "create, rotate: the key itself. This is the only time that it can be had.",
    record: "create, show, rotate, disable: id, environment, name, owner, party, scopes, claims, addresses, plan, state (live, expired, disabled), created, expires, lasting (why it never ends), disabled, replaces (id of the key before), used (when it was last used, to the minute).",
    keys: `list: records, the newest first, at most ${KEYS_LISTED_MAX}.`,
  },

  run(given, terminal) {
    const wrong = findMisuse(given);
    if (wrong !== undefined) return Promise.resolve(misuse(wrong, "sallyport keys --help", given.json, terminal));
    return withDatabase(given.options.policy, given.json, terminal, (place) => act(given, place, terminal));
  },
});

function findMisuse({ positionals: [action = "", id], options }: Words): string | undefined {
  const stray = Object.entries(options).find(([name, value]) => name !== "policy" && value !== undefined && value !== false && TAKES[action]?.includes(name) === false);
  if (stray !== undefined) return `--${stray[0]} does not go with ${action}`;
  const takesId = action !== "create" && action !== "list";
  if (takesId && id === undefined) return `<id> is missing: ${action} which key?`;
  return !takesId && id !== undefined ? `unexpected word "${id}"` : undefined;
}

async function act(given: Words, place: WorkPlace, terminal: Terminal): Promise<ExitCode> {
  const { positionals: [action, id = ""], options, json } = given;
  const { database, now } = place;
  const refuse = (wrong: string): ExitCode => misuse(wrong, "sallyport keys --help", json, terminal);
  if (action === "list") {
    const records = await listKeys(options.owner, database);
    if (json) terminal.out.write(writeJson({ keys: records.map((record) => dataOfKey(record, now)) }));
    else tellKeys(records, now, terminal.out);
    return EXIT.fine;
  }
  if (action === "create") {
    const wishes = readWishes(options, now);
    return "wrong" in wishes ? refuse(wishes.wrong) : hand(await issueKey(wishes, place), now, json, terminal);
  }
  const record = action === "disable" ? await disableKey(id, place) : await findKey(id, database);
  if (record === undefined) return absent(id, json, terminal);
  if (action === "rotate") {
    const life = readLife(options, now);
    const overlap = readDuration(options.overlap ?? OVERLAP_DEFAULT, { min: "0s", max: "90d" });
    if ("wrong" in life) return refuse(life.wrong);
    if (overlap === undefined) return refuse(`--overlap is a time from 0s to 90d, such as ${OVERLAP_DEFAULT}`);
    const issued = await rotateKey(record, now + overlap, life, place);
    return issued === undefined ? absent(id, json, terminal) : hand(issued, now, json, terminal);
  }
  if (json) terminal.out.write(writeJson({ record: dataOfKey(record, now) }));
  else tellKey(record, now, terminal.out);
  return EXIT.fine;
}

/** The key alone on standard output, so that it can be piped to where it belongs. */
function hand({ record, text }: Issued, now: number, json: boolean, { out, error }: Terminal): ExitCode {
  if (json) {
    out.write(writeJson({ key: text, record: dataOfKey(record, now) }));
    return EXIT.fine;
  }
  out.write(text);
  tellKey(record, now, error);
  error.write("This is the only time that the key is shown.");
  return EXIT.fine;
}

function absent(id: string, json: boolean, { out, error }: Terminal): ExitCode {
  // Somebody may have given the key itself: that is not to be repeated.
  const wrong = isKeyId(id) ? `there is no key "${id}" that counts` : "that is not the id of a key: twelve letters and digits";
  if (json) out.write(writeJson({ error: wrong }));
  error.write(`sallyport: ${plain(wrong)}`);
  return EXIT.refused;
}
