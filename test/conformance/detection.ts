/**
 * Detection: what others hold for attacks, and what they hold for harmless, in one run with one configuration.
 *
 * A gain with one that is paid by the other is none, so both stand on one line: attack % @ legit %. The detectors were made
 * while looking at one half of each suite, drawn by the checksum of a case's name; the other half is told apart.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { crc32 } from "node:zlib";
import { startCarrier } from "./carrier.ts";
import { eachOf, exchangeBytes } from "./raw-http.ts";
import { type Score, suiteMissing, suites, writeScores } from "./score.ts";

interface Case {
  readonly id: string;
  readonly cls: string;
  readonly want: "block" | "pass";
  readonly raw: string;
  readonly rule?: number;
  readonly pl?: number;
}

/** The one configuration: what stands everywhere, and the guard for what leaves. */
const EVERYWHERE = { leaks: {} };

const FOLDERS = ["crs-regression", "gotestwaf", "legit"] as const;

export async function scoreDetection(): Promise<readonly Score[]> {
  if (FOLDERS.some((folder) => suiteMissing(folder))) return [];
  const carrier = await startCarrier(EVERYWHERE);
  const judged = await sendAll(carrier.port, carrier.reached);
  await carrier.stop();
  const scores = [...judgeAttacks(judged), ...judgeHarmless(judged), ...judgeLeaks(judged)];
  tellHalves(judged);
  return scores;
}

/** Sends every case to whatever listens there, in front of an API that notes which ones reached it. */
async function sendAll(port: number, reached: ReadonlySet<string>): Promise<ReadonlyMap<string, readonly Judged[]>> {
  const answers = new Map<string, string>();
  const all = Object.values(SUITES).flatMap((file) => read(file));
  await eachOf(all, 16, async ({ id, raw }) => void answers.set(id, await exchangeBytes(port, Buffer.from(raw, "base64"))));
  return new Map(Object.entries(SUITES).map(([name, file]) => [name, read(file).map((one) => judge(one, name, reached, answers))]));
}

/** attack % @ legit % of whatever listens there, in one line; undefined where the suites are not here. */
export async function tellDetection(port: number, reached: ReadonlySet<string>): Promise<string | undefined> {
  return FOLDERS.some((folder) => suiteMissing(folder)) ? undefined : tellShares(await sendAll(port, reached), (cases) => cases);
}

const SUITES = {
  crs: "crs-regression/positives.jsonl",
  leaks: "crs-regression/response-leaks.jsonl",
  gotestwaf: "gotestwaf/true-positives.jsonl",
  texts: "gotestwaf/false-positives.jsonl",
  github: "legit/github-openapi-examples.jsonl",
  summaries: "legit/npm-summaries.jsonl",
} as const;

type Suite = keyof typeof SUITES;

const known = new Map<string, readonly Case[]>();

function read(file: string): readonly Case[] {
  let cases = known.get(file);
  if (cases !== undefined) return cases;
  cases = readFileSync(path.join(suites, file), "utf8").trim().split("\n").map((line) => JSON.parse(line) as Case).filter(isJudged);
  known.set(file, cases);
  return cases;
}

/** Of the Core Rule Set the rules that look at texts, at its first level. */
function isJudged({ id, rule = 0, pl = 0 }: Case): boolean {
  return !id.startsWith("crs-9") || rule >= 950_000 || (pl <= 1 && rule >= 930_000 && rule < 945_000);
}

interface Judged extends Case {
  readonly right: boolean;
  /** Whether the detectors were made while looking at it. */
  readonly seen: boolean;
}

function judge(given: Case, suite: string, reached: ReadonlySet<string>, answers: ReadonlyMap<string, string>): Judged {
  // What leaks counts as kept back when the caller did not get what the API said.
  const passed = suite === "leaks" ? (answers.get(given.id) ?? "").startsWith("HTTP/1.1 200") : reached.has(given.id);
  return { ...given, right: passed === (given.want === "pass"), seen: crc32(given.id) % 2 === 0 };
}

function of(judged: ReadonlyMap<string, readonly Judged[]>, suite: Suite): readonly Judged[] {
  return judged.get(suite) ?? [];
}

function share(cases: readonly Judged[]): number {
  return cases.length === 0 ? 0 : cases.filter(({ right }) => right).length / cases.length;
}

/** Each rule counts as one, however many cases it has. */
function macro(cases: readonly Judged[]): number {
  const rules = [...Map.groupBy(cases, ({ rule = 0 }) => rule).values()].map(share);
  return rules.reduce((sum, one) => sum + one, 0) / Math.max(1, rules.length);
}

function score(name: string, cases: readonly Judged[], least: number): Score {
  const wrong = cases.filter(({ right }) => !right);
  return { name, passed: cases.length - wrong.length, total: cases.length, bar: Math.ceil(cases.length * least), failures: wrong.map(({ id, cls }) => `${id} ${cls}`) };
}

function judgeAttacks(judged: ReadonlyMap<string, readonly Judged[]>): readonly Score[] {
  const crs = of(judged, "crs");
  const perMille = Math.round(1_000 * macro(crs));
  const plain = of(judged, "gotestwaf").filter(({ id }) => !encoded().has(id));
  return [
    { name: "crs-regression, level 1, 930 to 944, macro per mille", passed: perMille, total: 1_000, bar: 850, failures: crs.filter(({ right }) => !right).map(({ id }) => id) },
    score("gotestwaf, not encoded", plain, 0.831),
  ];
}

/** Cases that are put into base64 as a whole. */
function encoded(): ReadonlySet<string> {
  const encoders = JSON.parse(readFileSync(path.join(suites, "gotestwaf/encoders.json"), "utf8")) as Readonly<Record<string, readonly [string, string]>>;
  return new Set(Object.entries(encoders).filter(([, [encoder]]) => encoder === "Base64Flat").map(([id]) => id));
}

function judgeHarmless(judged: ReadonlyMap<string, readonly Judged[]>): readonly Score[] {
  return [score("gotestwaf, harmless texts pass", of(judged, "texts"), 0.97), score("legit, GitHub's examples pass", of(judged, "github"), 0.995), score("legit, package summaries pass", of(judged, "summaries"), 0.995)];
}

function judgeLeaks(judged: ReadonlyMap<string, readonly Judged[]>): readonly Score[] {
  const leaks = of(judged, "leaks");
  return [{ ...score("crs-regression, response leaks", leaks, 0), bar: 75 }];
}

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

function tellShares(judged: ReadonlyMap<string, readonly Judged[]>, part: (cases: readonly Judged[]) => readonly Judged[]): string {
  const harmless = [...of(judged, "texts"), ...of(judged, "github"), ...of(judged, "summaries")];
  const plain = of(judged, "gotestwaf").filter(({ id }) => !encoded().has(id));
  return `crs ${percent(macro(part(of(judged, "crs"))))}, gotestwaf ${percent(share(part(plain)))}, leaks ${percent(share(part(of(judged, "leaks"))))} @ ${percent(share(part(harmless)))} of the harmless`;
}

/** Over all, and for each half. */
function tellHalves(judged: ReadonlyMap<string, readonly Judged[]>): void {
  console.log(`detection: one configuration, ${[...judged.values()].flat().length} requests in one run, attack % @ legit %`);
  console.log(`  all         ${tellShares(judged, (cases) => cases)}`);
  console.log(`  looked at   ${tellShares(judged, (cases) => cases.filter(({ seen }) => seen))}`);
  console.log(`  never seen  ${tellShares(judged, (cases) => cases.filter(({ seen }) => !seen))}`);
  console.log(`  in base64   gotestwaf ${percent(share(of(judged, "gotestwaf").filter(({ id }) => encoded().has(id))))}`);
}

if (import.meta.main) process.stdout.write(`${writeScores(await scoreDetection())}\n`);
