/** Users: makes users who log in with a password, lists them, gives them another one, and switches them off. */
import { HashQueue } from "../../keys/password/hash-queue.ts";
import { findPasswordFault, PASSWORD_CHARACTERS_MIN, prepareName, preparePassword } from "../../keys/password/prepare.ts";
import { type SealedPassword, sealPassword } from "../../keys/password/seal-password.ts";
import { createUser, disableUser, enableUser, findUser, listUsers, renewPassword, USERS_LISTED_MAX } from "../../keys/password/user-ledger.ts";
import type { UserRecord } from "../../keys/password/user-record.ts";
import { type Command, defineCommand, type Given } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { misuse } from "../misuse.ts";
import { readGrant } from "../read-grant.ts";
import { plain, type Terminal, writeJson } from "../terminal.ts";
import { dataOfUser, tellUser, tellUsers } from "../users/tell-user.ts";
import { withDatabase, type WorkPlace } from "../with-database.ts";

const options = {
  policy: { type: "text", value: "FILE", about: "The policy file; sallyport.yaml, then policy.yaml in this folder when left out." },
  scopes: { type: "text", value: "LIST", about: "create: scopes that the user has, with commas between." },
  tenant: { type: "text", value: "NAME", about: "create: the claim `tenant`." },
  claims: { type: "text", value: "JSON", about: "create: further claims, as a JSON object." },
  plan: { type: "text", value: "NAME", about: "create: the rate plan of the user." },
} as const;

type Words = Given<typeof options>;
type Wrong = { readonly wrong: string };

export const users: Command = defineCommand({
  name: "users",
  summary: "Make users with passwords, list them, change passwords, and switch users off.",
  description: [
    "Works on the database that the policy names under `database`, which must also name a pepper. A gateway need not run; those that do run see every change within a second.",
    `A password is typed at a prompt, unseen and twice, or comes on standard input; there is no option for it, since other users of the machine can read command lines. It has at least ${PASSWORD_CHARACTERS_MIN} characters, whatever they are. The database holds argon2id of it.`,
    "disable keeps the user and lets nobody in; enable takes that back.",
  ],
  positionals: [
    { name: "action", about: "What to do.", required: true, completes: ["create", "list", "show", "password", "disable", "enable"] },
    { name: "name", about: "The user; for all actions but list.", required: false },
  ],
  options,
  examples: [
    { line: "sallyport users create ann --scopes orders:read", about: "Asks for the password." },
    { line: "pass show orders/ann | sallyport users password ann", about: "A new password, from a password store." },
    { line: "sallyport users list --json", about: "All users, for a program." },
  ],
  exits: { 1: "there is no such user, there is one already, or the password is not good enough", 2: "a name is missing, or an option does not go with the action", 3: "there is no policy, no database or no pepper" },
  json: {
    user: "create, show, password, disable, enable: name, state (live, disabled), scopes, claims, plan, created, renewed (when the password was set), disabled.",
    users: `list: users, by name, at most ${USERS_LISTED_MAX}.`,
  },

  run(given, terminal) {
    const wrong = findMisuse(given);
    if (wrong !== undefined) return Promise.resolve(misuse(wrong, "sallyport users --help", given.json, terminal));
    return withDatabase(given.options.policy, given.json, terminal, (place) => act(given, place, terminal));
  },
});

function findMisuse({ positionals: [action = "", name], options: { policy: _policy, ...grant } }: Words): string | undefined {
  const stray = Object.entries(grant).find(([, value]) => value !== undefined);
  if (stray !== undefined && action !== "create") return `--${stray[0]} does not go with ${action}`;
  if (action === "list") return name === undefined ? undefined : `unexpected word "${name}"`;
  if (name === undefined) return `<name> is missing: ${action} whom?`;
  if (prepareName(name) === undefined) return "<name> cannot be a name: on one line, without a colon and without blanks at its ends";
  const read = readGrant(grant);
  return "wrong" in read ? read.wrong : undefined;
}

async function act(given: Words, place: WorkPlace, terminal: Terminal): Promise<ExitCode> {
  const { positionals: [action], json } = given;
  if (action === "list") {
    const records = await listUsers(place.database);
    if (json) terminal.out.write(writeJson({ users: records.map(dataOfUser) }));
    else tellUsers(records, terminal.out);
    return EXIT.fine;
  }
  const done = await change(given, place, terminal);
  if ("wrong" in done) {
    if (json) terminal.out.write(writeJson({ error: done.wrong }));
    terminal.error.write(`sallyport: ${plain(done.wrong)}`);
    return EXIT.refused;
  }
  if (json) terminal.out.write(writeJson({ user: dataOfUser(done) }));
  else tellUser(done, terminal.out);
  return EXIT.fine;
}

async function change({ positionals: [action, written = ""], options: said }: Words, place: WorkPlace, terminal: Terminal): Promise<UserRecord | Wrong> {
  const { database, now } = place;
  const name = prepareName(written) ?? "";
  const absent = { wrong: `there is no user "${name}"` };
  if (action === "show") return (await findUser(name, database)) ?? absent;
  if (action === "disable") return (await disableUser(name, now, database)) ?? absent;
  if (action === "enable") return (await enableUser(name, database)) ?? absent;
  const grant = readGrant(said);
  if ("wrong" in grant) return grant;
  // Before anybody types a password for nothing.
  const known = await findUser(name, database);
  if (action === "create" && known !== undefined) return { wrong: `there is a user "${name}" already` };
  if (action === "password" && known === undefined) return absent;
  const sealed = await takePassword(name, place, terminal);
  if ("wrong" in sealed) return sealed;
  if (action === "password") return (await renewPassword(name, sealed, now, database)) ?? absent;
  return (await createUser({ name, ...grant }, sealed, now, database)) ?? { wrong: `there is a user "${name}" already` };
}

async function takePassword(name: string, place: WorkPlace, { askSecret }: Terminal): Promise<SealedPassword | Wrong> {
  const asked = await askSecret(`Password for ${plain(name)}: `, "The same again: ");
  if ("wrong" in asked) return asked;
  const password = preparePassword(asked.secret);
  if (password === undefined) return { wrong: "that cannot be a password: empty, too long, or with control characters in it" };
  const fault = findPasswordFault(password, name);
  if (fault !== undefined) return { wrong: `the password is not good enough: ${fault}` };
  return (await sealPassword(name, password, { ...place, queue: new HashQueue({ atOnce: 1, waiting: 0 }) })) ?? { wrong: "the password could not be hashed" };
}
