/**
 * Start: a small API, and Sallyport in front of it, on this machine; `npm start` runs it with the bank.
 *
 * Makes what is missing (a certificate, a key that signs tokens), opens both, and prints a few commands to try: what
 * is allowed, and what one of the doors refuses. Ctrl-C ends both.
 *
 *     node examples/start.ts [bank|shop|social] [--folder F] [--port N] [--api-port N] [--watch-port N]
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
import type { Example } from "./example.ts";
import { EXAMPLES } from "./examples.ts";
import { loadSigningKey, signAccessToken, type SigningKey, tokenLifeSeconds } from "./tokens.ts";

const ownFolder = path.join(import.meta.dirname, "../.sallyport");

interface Wishes {
  readonly example: Example;
  readonly folder: string;
  readonly apiPort: string;
  /** Where the policy differs from the example's own. */
  readonly changes: { readonly port?: number; readonly watchPort?: number };
  readonly changed: boolean;
}

function readWishes(): Wishes | { readonly wrong: string } {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { folder: { type: "string" }, port: { type: "string" }, "api-port": { type: "string" }, "watch-port": { type: "string" } } });
  const { folder = ownFolder, port, "api-port": apiPort = "8080", "watch-port": watchPort } = values;
  const example = EXAMPLES.get(positionals[0] ?? "bank");
  if (example === undefined || positionals.length > 1) return { wrong: `one of ${[...EXAMPLES.keys()].join(", ")} can be started, not ${positionals.join(" ")}` };
  const changes = { ...(port === undefined ? {} : { port: Number(port) }), ...(watchPort === undefined ? {} : { watchPort: Number(watchPort) }) };
  return { example, folder: path.resolve(folder), apiPort, changes, changed: Object.keys(values).length > 0 };
}

/** The example's policy, or one beside the other files of `folder` that differs where it was told to. */
function writePolicy({ example, folder, apiPort, changes, changed }: Wishes): string {
  const file = path.join(example.folder, "policy.yaml");
  if (!changed) return file;
  const own = parse(readFileSync(file, "utf8")) as { listen: object; watch: object; everywhere: { jwt: object } }; // our own file
  const { port = 8443, watchPort = 9464 } = changes;
  const policy = {
    ...own,
    contract: path.join(example.folder, "openapi.yaml"),
    upstream: `http://127.0.0.1:${apiPort}`,
    listen: { port, tls: { certificate: "./tls/certificate.pem", key: "./tls/key.pem" } },
    audit: { file: `./${example.name}/audit.log` },
    watch: { port: watchPort },
    everywhere: { ...own.everywhere, jwt: { ...own.everywhere.jwt, keys: `file:./${example.name}/jwks.json` } },
  };
  // A name of its own: two examples may run beside each other.
  const ownFile = path.join(folder, `${example.name}.policy.yaml`);
  writeFileSync(ownFile, `${JSON.stringify(policy, undefined, 2)}\n`);
  return ownFile;
}

/** Starts the API as a process of its own. Answers once it listens, or with the reason why it does not. */
async function startApi({ example, folder, apiPort }: Wishes): Promise<{ readonly api: ChildProcess } | { readonly wrong: string }> {
  const { name } = example;
  const program = path.join(example.folder, `${name}.ts`);
  const api = spawn(process.execPath, [program, apiPort], { env: { ...process.env, [`${name.toUpperCase()}_FOLDER`]: path.join(folder, name) }, stdio: ["ignore", "pipe", "pipe"] });
  const said: string[] = [];
  createInterface(api.stderr).on("line", (line) => said.push(line));
  const listening = new Promise<true>((resolve) => createInterface(api.stdout).on("line", () => resolve(true)));
  const up = await Promise.race([listening, once(api, "close").then(() => false)]);
  if (up) return { api };
  const taken = said.some((line) => line.includes("EADDRINUSE"));
  return { wrong: taken ? `port ${apiPort} is in use: end what listens there, or choose another with npm start -- --api-port 8081` : said.join("; ") };
}

async function writeTokens({ callers, claimsOf }: Example, key: SigningKey, folder: string): Promise<void> {
  for (const [name, caller] of Object.entries(callers)) writeFileSync(path.join(folder, name), `${await signAccessToken(key, { ...caller, claims: claimsOf(caller.subject) })}\n`, { mode: 0o600 });
}

/** The example's trials as lines for a shell. */
function linesOf({ trials }: Example, url: string, authority: string, tokens: string): readonly (readonly [about: string, line: string])[] {
  return trials.map(({ about, as, method, target, body }) => {
    const token = as === undefined ? "" : ` -H "authorization: Bearer $(cat ${path.join(tokens, as)})"`;
    const content = body === undefined ? "" : ` -H "content-type: application/json" -d '${body}'`;
    const verb = method === undefined ? "" : ` -X ${method}`;
    return [about, `curl --cacert ${authority}${verb}${token}${content} "${url}${target}"`];
  });
}

function announce(gateway: Gateway, { example, folder, apiPort }: Wishes): void {
  const { name, title } = example;
  const { policy, plans } = gateway.house();
  const near = (file: string): string => path.relative(process.cwd(), file) || file;
  console.log(`Sallyport listens on ${gateway.url}, in front of ${title} on http://127.0.0.1:${apiPort}.`);
  const ways = new Map<string, string[]>();
  for (const { operation, inbound, outbound } of plans.values()) {
    const names = [...inbound.map(({ guard }) => guard), title, ...outbound.map(({ guard }) => guard)];
    const way = names.filter((one, at) => one !== names[at - 1]).join(" > ");
    ways.set(way, [...(ways.get(way) ?? []), operation.id]);
  }
  for (const [way, ids] of ways) console.log(`  ${ids.join(", ")}:\n    ${way}`);
  console.log(`Audit log: ${near(path.resolve(policy.folder, policy.settings.audit.file ?? ""))}; health and metrics: ${gateway.watchUrl ?? "none"}\n`);
  console.log("Try these in another terminal:\n");
  for (const [about, line] of linesOf(example, gateway.url, near(path.join(folder, "tls/authority.pem")), near(path.join(folder, name)))) console.log(`  # ${about}\n  ${line}\n`);
  console.log("Ctrl-C ends both.");
}

/** Answers the exit code once both have ended. A second Ctrl-C does not wait. */
function untilEnded(gateway: Gateway, api: ChildProcess, title: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  let ending = false;
  const end = async (code: number): Promise<void> => {
    ending = true;
    await gateway.stop();
    if (api.exitCode === null && api.signalCode === null) {
      api.kill("SIGTERM");
      await once(api, "exit");
    }
    resolve(code);
  };
  const stop = (): void => {
    if (ending) process.exit(1);
    void end(0);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  api.once("exit", () => {
    if (ending) return;
    console.error(`start: ${title} has ended, so Sallyport ends, too`);
    void end(1);
  });
  return promise;
}

async function start(): Promise<number> {
  const wishes = readWishes();
  if ("wrong" in wishes) {
    console.error(`start: ${wishes.wrong}`);
    return 2;
  }
  const { example, folder } = wishes;
  mkdirSync(folder, { recursive: true });
  developmentCertificate(path.join(folder, "tls"));
  const tokens = path.join(folder, example.name);
  const key = await loadSigningKey(example.issuer, tokens);
  await writeTokens(example, key, tokens);
  // A token lives for an hour; whoever tries a command later finds a fresh one.
  setInterval(() => void writeTokens(example, key, tokens), (tokenLifeSeconds * 1_000) / 2).unref();

  const started = await startApi(wishes);
  if ("wrong" in started) {
    console.error(`start: ${example.title} does not start: ${started.wrong}`);
    return 3;
  }
  const { api } = started;
  // Whatever happens to this process, the API is not left behind.
  process.on("exit", () => void api.kill("SIGKILL"));
  const opened = await startGateway(writePolicy(wishes), { say: openOperationsLog(process.stderr, process.stderr.isTTY) });
  if ("misfits" in opened) {
    for (const misfit of opened.misfits) console.error(`start: ${writeMisfit(misfit)}`);
    api.kill("SIGTERM");
    await once(api, "exit");
    return 3;
  }
  announce(opened.gateway, wishes);
  return untilEnded(opened.gateway, api, example.title);
}

process.exitCode = await start();
