/**
 * Detection: what it costs to look at texts, beside nginx with ModSecurity and the Core Rule Set, and what each of them finds.
 *
 *     apt-get install nginx libnginx-mod-http-modsecurity modsecurity-crs wrk
 *     node bench/detection.ts --seconds 10 --rounds 3
 *
 * Both stand in front of the same API, one worker each, with a contract that allows any free text: nothing spares Sallyport the
 * looking. Two requests: a GET with three parameters, and a POST with a body of JSON of about 300 bytes. Rounds are interleaved;
 * what is told is the median. The shares are those of `npm run conformance -- --only detection`, where its suites are.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { carrierContract, reflect } from "../test/conformance/carrier.ts";
import { tellDetection } from "../test/conformance/detection.ts";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "10" }, rounds: { type: "string", default: "3" }, connections: { type: "string", default: "16" } } });

const MODULE = ["/usr/lib/nginx/modules/ngx_http_modsecurity_module.so", "/usr/share/nginx/modules/ngx_http_modsecurity_module.so"].find((file) => existsSync(file));
const RULES = "/usr/share/modsecurity-crs";
const NGINX = ["/usr/sbin/nginx", "/usr/bin/nginx"].find((file) => existsSync(file));

/** What is not here, in words. */
function missing(): string | undefined {
  if (NGINX === undefined || MODULE === undefined) return "nginx with ModSecurity is not installed: apt-get install nginx libnginx-mod-http-modsecurity";
  if (!existsSync(path.join(RULES, "rules"))) return "the Core Rule Set is not installed: apt-get install modsecurity-crs";
  return spawnSync("wrk", ["-v"]).error === undefined ? undefined : "wrk is not installed: apt-get install wrk";
}

const BODY = JSON.stringify({ customer: "Ada Lovelace", street: "12 O'Connell Street, Apt. 5", city: "Dublin", note: "Please leave the parcel with the neighbour, thanks & see you soon!", items: [{ name: "Chair 'Oslo'", count: 2 }, { name: "Table (oak)", count: 1 }], coupon: "AUTUMN-2026", gift: false, message: "Happy birthday, dear Charles!" });
const WORK = {
  "GET, three parameters": `wrk.method = "GET"\nwrk.path = "/search?q=select%20a%20seat%20in%20the%20front%20row&city=Dublin&note=it%27s%20for%20two"\n`,
  [`POST, ${BODY.length} bytes of JSON`]: `wrk.method = "POST"\nwrk.path = "/orders"\nwrk.headers["content-type"] = "application/json"\nwrk.body = [==[${BODY}]==]\n`,
} as const;

interface Subject {
  readonly name: string;
  readonly port: number;
  readonly process: ChildProcess;
}

async function main(): Promise<void> {
  const lack = missing();
  if (lack !== undefined) return void process.stdout.write(`skipped: ${lack}\n`);
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-detection-"));
  const reached = new Set<string>();
  const api = http.createServer((request, response) => {
    const id = request.headers["x-case-id"];
    if (id !== undefined) reached.add(String(id));
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => response.writeHead(200, { "content-type": "text/plain" }).end(id === undefined ? "ok" : reflect(Buffer.concat(chunks).toString())));
  });
  // Connections rest while the other one is measured; nginx answers 502 when one is closed at the moment at which it is used.
  api.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const upstream = (api.address() as AddressInfo).port;
  const subjects = [await startSallyport(folder, upstream), await startNginx(folder, upstream)];
  try {
    await measure(folder, subjects);
    for (const { name, port } of subjects) {
      reached.clear();
      const told = await tellDetection(port, reached);
      if (told !== undefined) process.stdout.write(`${name.padEnd(12)} ${told}\n`);
    }
  } finally {
    for (const { process: running } of subjects) running.kill();
    api.closeAllConnections();
    api.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilOpen(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, "127.0.0.1", () => void (socket.destroy(), resolve(true)));
      socket.on("error", () => resolve(false));
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error(`nothing listens on port ${port}`);
}

async function startSallyport(folder: string, upstream: number): Promise<Subject> {
  const port = await freePort();
  writeFileSync(path.join(folder, "openapi.json"), JSON.stringify(carrierContract()));
  const policy = path.join(folder, "policy.json");
  writeFileSync(policy, JSON.stringify({ contract: "./openapi.json", upstream: `http://127.0.0.1:${upstream}`, listen: { port }, audit: { file: "./audit.log" }, trust: ["127.0.0.1"], everywhere: { public: "a bench has no logins", leaks: {} } }));
  const running = spawn(process.execPath, [path.resolve(import.meta.dirname, "../bin/sallyport.js"), "run", policy], { stdio: ["ignore", "ignore", "ignore"] });
  await untilOpen(port);
  return { name: "sallyport", port, process: running };
}

async function startNginx(folder: string, upstream: number): Promise<Subject> {
  const port = await freePort();
  mkdirSync(path.join(folder, "temp"));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `  ${kind}_temp_path ${folder}/temp/${kind};`).join("\n");
  // As the packages set it up, but that it refuses instead of only noting: paranoia level 1, an anomaly score of 5.
  writeFileSync(path.join(folder, "rules.conf"), ["SecRuleEngine On", "SecRequestBodyAccess On", "SecResponseBodyAccess On", "SecResponseBodyMimeType text/plain text/html application/json", "SecAuditEngine Off", 'SecRule REQUEST_HEADERS:Content-Type "^application/json" "id:200001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"', 'SecRule REQUEST_HEADERS:Content-Type "^(?:application(?:/soap\\+|/)|text/)xml" "id:200000,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"', "Include /etc/modsecurity/crs/crs-setup.conf", `Include ${RULES}/rules/*.conf`, ""].join("\n"));
  const file = path.join(folder, "nginx.conf");
  writeFileSync(
    file,
    `load_module ${MODULE};
daemon off;
worker_processes 1;
${process.getuid?.() === 0 ? "user root;" : ""}
pid ${folder}/nginx.pid;
error_log ${folder}/error.log crit;
events { worker_connections 1024; }
http {
  access_log ${folder}/access.log;
${temporary}
  keepalive_requests 100000000;
  upstream api { server 127.0.0.1:${upstream}; keepalive 64; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} backlog=1024;
    modsecurity on;
    modsecurity_rules_file ${folder}/rules.conf;
    location / { proxy_pass http://api; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`,
  );
  const running = spawn(NGINX ?? "nginx", ["-p", folder, "-e", "stderr", "-c", file], { stdio: "ignore" });
  await untilOpen(port);
  return { name: "ModSecurity", port, process: running };
}

async function measure(folder: string, subjects: readonly Subject[]): Promise<void> {
  for (const [work, script] of Object.entries(WORK)) {
    const file = path.join(folder, "work.lua");
    writeFileSync(file, script);
    const rates = subjects.map((): number[] => []);
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [index, { port }] of subjects.entries()) rates[index]?.push(await load(port, file));
    }
    const [own = 0, other = 0] = rates.map(median);
    process.stdout.write(`${work}: sallyport ${own.toFixed(0)} requests per second, ModSecurity with the Core Rule Set ${other.toFixed(0)}: ${(own / other).toFixed(1)} times\n`);
    await sleep(200);
  }
}

/** Requests per second. The API answers in this process, so that nothing here may wait for wrk. */
async function load(port: number, script: string): Promise<number> {
  const wrk = spawn("wrk", ["-t", "1", "-c", values.connections, "-d", `${values.seconds}s`, "-s", script, `http://127.0.0.1:${port}/`], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  for await (const chunk of wrk.stdout) said += String(chunk);
  if (said.includes("Non-2xx")) throw new Error(`a request of the bench was refused:\n${said}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(said)?.[1] ?? 0);
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}

await main();
