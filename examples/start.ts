/**
 * Start: the bank, and Sallyport in front of it, on this machine; `npm start` runs it.
 *
 * Makes what is missing (a certificate, a key that signs tokens), opens both, and prints a few commands to try:
 * one that is allowed, two requests that the first door refuses, and two answers of the bank that the second door
 * does. Ctrl-C ends both.
 *
 *     node examples/start.ts [--folder F] [--port N] [--bank-port N] [--watch-port N]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { writeMisfit } from "../src/contract/misfit.ts";
import { developmentCertificate } from "../src/hosts/gateway/certificates.ts";
import { type Gateway, startGateway } from "../src/hosts/gateway/gateway.ts";
import { openOperationsLog } from "../src/watch/operations.ts";
import { claimsOf, loadSigningKey, signAccessToken, type SigningKey, tokenLifeSeconds } from "./bank/tokens.ts";

const bankFolder = path.join(import.meta.dirname, "bank");
const ownFolder = path.join(import.meta.dirname, "../.sallyport");

interface Wishes {
  readonly folder: string;
  readonly bankPort: string;
  /** Where the policy differs from the bank's own. */
  readonly changes: { readonly port?: number; readonly watchPort?: number };
  readonly changed: boolean;
}

function readWishes(): Wishes {
  const { values } = parseArgs({ options: { folder: { type: "string" }, port: { type: "string" }, "bank-port": { type: "string" }, "watch-port": { type: "string" } } });
  const { folder = ownFolder, port, "bank-port": bankPort = "8080", "watch-port": watchPort } = values;
  const changes = { ...(port === undefined ? {} : { port: Number(port) }), ...(watchPort === undefined ? {} : { watchPort: Number(watchPort) }) };
  return { folder: path.resolve(folder), bankPort, changes, changed: Object.keys(values).length > 0 };
}

/** The bank's policy, or one beside the other files of `folder` that differs where it was told to. */
function writePolicy({ folder, bankPort, changes, changed }: Wishes): string {
  const file = path.join(bankFolder, "policy.yaml");
  if (!changed) return file;
  const own = parse(readFileSync(file, "utf8")) as { listen: object; watch: object; everywhere: { jwt: object } }; // our own file
  const { port = 8443, watchPort = 9464 } = changes;
  const policy = {
    ...own,
    contract: path.join(bankFolder, "openapi.yaml"),
    upstream: `http://127.0.0.1:${bankPort}`,
    listen: { port, tls: { certificate: "./tls/certificate.pem", key: "./tls/key.pem" } },
    audit: { file: "./bank/audit.log" },
    watch: { port: watchPort },
    everywhere: { ...own.everywhere, jwt: { ...own.everywhere.jwt, keys: "file:./bank/jwks.json" } },
  };
  writeFileSync(path.join(folder, "policy.yaml"), `${JSON.stringify(policy, undefined, 2)}\n`);
  return path.join(folder, "policy.yaml");
}

/** Starts the bank as a process of its own. Answers once it listens, or with the reason why it does not. */
async function startBank({ folder, bankPort }: Wishes): Promise<{ readonly bank: ChildProcess } | { readonly wrong: string }> {
  const bank = spawn(process.execPath, [path.join(bankFolder, "bank.ts"), bankPort], { env: { ...process.env, BANK_FOLDER: path.join(folder, "bank") }, stdio: ["ignore", "pipe", "pipe"] });
  const said: string[] = [];
  createInterface(bank.stderr).on("line", (line) => said.push(line));
  const listening = new Promise<true>((resolve) => createInterface(bank.stdout).on("line", () => resolve(true)));
  const up = await Promise.race([listening, once(bank, "close").then(() => false)]);
  if (up) return { bank };
  const taken = said.some((line) => line.includes("EADDRINUSE"));
  return { wrong: taken ? `port ${bankPort} is in use: end what listens there, or choose another with npm start -- --bank-port 8081` : said.join("; ") };
}

/** Who tries the commands, by the file in which their token lies. */
const callers = {
  "ada.token": { subject: "cus-1001", scopes: ["accounts:read", "transfers:write"] },
  "teller.token": { subject: "teller-south", scopes: ["customers:read"] },
  "auditor.token": { subject: "auditor", scopes: ["accounts:read", "customers:read"] },
} as const;

async function writeTokens(key: SigningKey, folder: string): Promise<void> {
  for (const [name, caller] of Object.entries(callers)) writeFileSync(path.join(folder, name), `${await signAccessToken(key, { ...caller, claims: claimsOf(caller.subject) })}\n`, { mode: 0o600 });
}

/** What to try, with the status to expect and the guard that gives it. */
function trials(url: string, authority: string, tokens: string): readonly (readonly [about: string, line: string])[] {
  const curl = `curl --cacert ${authority}`;
  const bearer = (name: keyof typeof callers): string => `-H "authorization: Bearer $(cat ${path.join(tokens, name)})"`;
  const ada = bearer("ada.token");
  const theft = '{"fromAccountId":"acc-200101","toAccountId":"acc-100101","amount":100,"currency":"EUR","createdBy":"cus-2001"}';
  return [
    ["200: Ada sees her accounts", `${curl} ${ada} ${url}/accounts`],
    ["404 from owner: Ada asks for the account of another customer, which is not there for her", `${curl} ${ada} ${url}/accounts/acc-100201`],
    ["400 from parameters: SQL where a currency belongs", `${curl} "${url}/rates?currency=%27%20UNION%20SELECT%20name,email,1,1%20FROM%20customers--"`],
    ["400 from body: Ada pays herself in the name of another customer", `${curl} ${ada} -H "content-type: application/json" -d '${theft}' ${url}/transfers`],
    ["502 from answer-body: a teller asks for a customer, and the bank answers with more than its contract says", `${curl} ${bearer("teller.token")} ${url}/customers/cus-2001`],
  ];
}

function announce(gateway: Gateway, folder: string, bankPort: string): void {
  const { policy, plans } = gateway.house();
  const near = (file: string): string => path.relative(process.cwd(), file) || file;
  console.log(`Sallyport listens on ${gateway.url}, in front of the bank on http://127.0.0.1:${bankPort}.`);
  const ways = new Map<string, string[]>();
  for (const { operation, inbound, outbound } of plans.values()) {
    const names = [...inbound.map(({ guard }) => guard), "the bank", ...outbound.map(({ guard }) => guard)];
    const way = names.filter((name, at) => name !== names[at - 1]).join(" > ");
    ways.set(way, [...(ways.get(way) ?? []), operation.id]);
  }
  for (const [way, ids] of ways) console.log(`  ${ids.join(", ")}:\n    ${way}`);
  console.log(`Audit log: ${near(path.resolve(policy.folder, policy.settings.audit.file ?? ""))}; health and metrics: ${gateway.watchUrl ?? "none"}\n`);
  console.log("Try these in another terminal:\n");
  for (const [about, line] of trials(gateway.url, near(path.join(folder, "tls/authority.pem")), near(path.join(folder, "bank")))) console.log(`  # ${about}\n  ${line}\n`);
  console.log("Ctrl-C ends both.");
}

/** Answers the exit code once both have ended. A second Ctrl-C does not wait. */
function untilEnded(gateway: Gateway, bank: ChildProcess): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  let ending = false;
  const end = async (code: number): Promise<void> => {
    ending = true;
    await gateway.stop();
    if (bank.exitCode === null && bank.signalCode === null) {
      bank.kill("SIGTERM");
      await once(bank, "exit");
    }
    resolve(code);
  };
  const stop = (): void => {
    if (ending) process.exit(1);
    void end(0);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  bank.once("exit", () => {
    if (ending) return;
    console.error("start: the bank has ended, so Sallyport ends, too");
    void end(1);
  });
  return promise;
}

async function start(): Promise<number> {
  const wishes = readWishes();
  const { folder, bankPort } = wishes;
  mkdirSync(folder, { recursive: true });
  developmentCertificate(path.join(folder, "tls"));
  const key = await loadSigningKey(path.join(folder, "bank"));
  const tokens = path.join(folder, "bank");
  await writeTokens(key, tokens);
  // A token lives for an hour; whoever tries a command later finds a fresh one.
  setInterval(() => void writeTokens(key, tokens), (tokenLifeSeconds * 1_000) / 2).unref();

  const started = await startBank(wishes);
  if ("wrong" in started) {
    console.error(`start: the bank does not start: ${started.wrong}`);
    return 3;
  }
  const { bank } = started;
  // Whatever happens to this process, the bank is not left behind.
  process.on("exit", () => void bank.kill("SIGKILL"));
  const opened = await startGateway(writePolicy(wishes), { say: openOperationsLog(process.stderr, process.stderr.isTTY) });
  if ("misfits" in opened) {
    for (const misfit of opened.misfits) console.error(`start: ${writeMisfit(misfit)}`);
    bank.kill("SIGTERM");
    await once(bank, "exit");
    return 3;
  }
  announce(opened.gateway, folder, bankPort);
  return untilEnded(opened.gateway, bank);
}

process.exitCode = await start();
