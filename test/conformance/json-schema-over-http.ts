/**
 * JSON Schema over HTTP: the suite's cases as raw requests through a real gateway to a real API.
 *
 * A case counts as blocked when its request never reached the API, whatever the caller was told.
 */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { openStreamSink } from "../../src/audit/sinks/stream.ts";
import { startGateway } from "../../src/hosts/gateway/gateway.ts";
import { Writable } from "node:stream";
import { writeMisfit } from "../../src/contract/misfit.ts";
import { eachOf, exchangeBytes } from "./raw-http.ts";
import { type Score, suiteMissing, suites, writeScores } from "./score.ts";

interface Case {
  readonly id: string;
  readonly cls: string;
  readonly want: "block" | "pass";
  readonly raw: string;
}

const runs = [
  { document: "draft2020-12-A-openapi.json", cases: "draft2020-12-A-cases.jsonl", name: "json-schema over HTTP, 3.1, tier A", bar: 1_060 },
  { document: "draft4-openapi.json", cases: "draft4-cases.jsonl", name: "json-schema over HTTP, 3.0", bar: 380 },
  { document: "draft2020-12-openapi.json", cases: "draft2020-12-cases.jsonl", name: "json-schema over HTTP, 3.1, whole", bar: 1_060 },
] as const;

export async function scoreJsonSchemaOverHttp(): Promise<readonly Score[]> {
  if (suiteMissing("json-schema/http")) return [];
  const scores: Score[] = [];
  for (const { document, cases, name, bar } of runs) scores.push(await judge(document, cases, name, bar));
  return scores;
}

async function judge(document: string, file: string, name: string, bar: number): Promise<Score> {
  const reached = new Set<string>();
  const api = http.createServer((request, response) => {
    reached.add(String(request.headers["x-case-id"]));
    request.resume();
    request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-conformance-"));
  const policy = path.join(folder, "policy.json");
  const contract = path.join(folder, "openapi.json");
  writeFileSync(contract, readFileSync(path.join(suites, "json-schema/http", document)));
  writeFileSync(
    policy,
    JSON.stringify({
      contract,
      upstream: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
      listen: { port: 0 },
      // The suite is about JSON Schema, where an object is open until a schema closes it.
      everywhere: { public: "a suite of schemas has no logins", properties: { undeclared: { sent: "contract" } }, "answer-body": { waived: "the suite judges requests alone" } },
    }),
  );
  const start = await startGateway(policy, { say: () => undefined, watch: false, sink: openStreamSink(new Writable({ write: (_chunk, _encoding, done) => done() })) });
  if ("misfits" in start) throw new Error(start.misfits.map(writeMisfit).join("\n"));
  const port = Number(new URL(start.gateway.url).port);
  const cases = readFileSync(path.join(suites, "json-schema/http", file), "utf8").trim().split("\n").map((line) => JSON.parse(line) as Case);
  await eachOf(cases, 8, ({ raw }) => exchangeBytes(port, Buffer.from(raw, "base64")));
  await start.gateway.stop();
  await new Promise((resolve) => api.close(resolve));
  const failures = cases.filter(({ id, want }) => reached.has(id) !== (want === "pass")).map(({ id, cls, want }) => `${id} ${cls}: should ${want}`);
  return { name, passed: cases.length - failures.length, total: cases.length, bar, failures };
}

if (import.meta.main) process.stdout.write(`${writeScores(await scoreJsonSchemaOverHttp())}\n`);
