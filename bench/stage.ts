/**
 * Stage: what stands around the subjects: the API, the load generator, the cores and the folders.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Generator } from "./generator/outcome.ts";
import { startOwnGenerator } from "./generator/own.ts";
import { isWrkInstalled, startWrk } from "./generator/wrk.ts";
import type { Running } from "./launch.ts";
import { canPin, findFreePort, launch } from "./launch.ts";
import type { Material } from "./material.ts";
import { audience, issuer, prepareMaterial } from "./material.ts";
import type { Options } from "./options.ts";
import type { Place } from "./place.ts";
import type { Proof } from "./proof.ts";
import { countRecords, judgeProof, proofLimitPerMinute, proveGuards } from "./proof.ts";
import type { Subject } from "./subjects/subject.ts";

/** High enough that no measured request is refused. */
const limitPerMinute = 1_000_000;

/** Core numbers, or all undefined when nothing is pinned. */
export interface Cores {
  readonly subject: number | undefined;
  readonly upstream: number | undefined;
  readonly generator: number | undefined;
}

export interface Stage {
  readonly folder: string;
  readonly material: Material;
  readonly upstream: Running;
  readonly generator: Generator;
  readonly cores: Cores;
  readonly close: () => Promise<void>;
}

export interface Proved {
  readonly proof: Proof | undefined;
  /** Why the subject may not be measured. */
  readonly reason: string | undefined;
}

export async function openStage(options: Options): Promise<Stage> {
  if (options.generator === "wrk" && !isWrkInstalled()) throw new Error("--generator wrk: wrk is not installed");
  const folder = mkdtempSync(join(tmpdir(), "sallyport-bench-"));
  const cores = chooseCores(options.pin && canPin());
  const material = await prepareMaterial(folder, options.tls);
  const port = await findFreePort();
  const words = [join(import.meta.dirname, "upstream.ts"), String(port)];
  const upstream = await launch({ program: process.execPath, words }, port, join(folder, "upstream.log"), cores.upstream);
  const generator = options.generator === "wrk" ? startWrk(cores.generator) : startOwnGenerator(cores.generator);
  const close = async (): Promise<void> => {
    generator.stop();
    await upstream.stop();
    if (!options.keep) rmSync(folder, { recursive: true, force: true });
  };
  return { folder, material, upstream, generator, cores, close };
}

/** Starts the subject as it is measured. */
export async function startSubject(stage: Stage, subject: Subject): Promise<Running> {
  return start(stage, subject, await choosePlace(stage, subject.name, limitPerMinute));
}

/** Starts an instance with a low limit, proves its guards and stops it. */
export async function proveSubject(stage: Stage, subject: Subject): Promise<Proved> {
  const place = await choosePlace(stage, `${subject.name}-proof`, proofLimitPerMinute);
  let running: Running | undefined;
  try {
    running = await start(stage, subject, place);
    const asked = await proveGuards(place.port, stage.material);
    await running.stop();
    const proof = countRecords(asked, place.auditFile);
    return { proof, reason: judgeProof(proof, subject.guards) };
  } catch (error) {
    await running?.stop();
    return { proof: undefined, reason: error instanceof Error ? error.message : String(error) };
  }
}

function start(stage: Stage, subject: Subject, place: Place): Promise<Running> {
  return launch(subject.command(place), place.port, join(place.folder, "output.log"), stage.cores.subject);
}

async function choosePlace(stage: Stage, name: string, limit: number): Promise<Place> {
  const folder = join(stage.folder, name);
  mkdirSync(folder);
  return {
    port: await findFreePort(),
    upstream: `http://127.0.0.1:${stage.upstream.port}`,
    folder,
    contractFile: stage.material.contractFile,
    keysFile: stage.material.keysFile,
    issuer,
    audience,
    auditFile: join(folder, "requests.log"),
    limitPerMinute: limit,
    tls: stage.material.tls,
  };
}

/** The subject has a core to itself; the API and the generator share what is left. */
function chooseCores(pin: boolean): Cores {
  const count = availableParallelism();
  if (!pin || count < 2) return { subject: undefined, upstream: undefined, generator: undefined };
  return { subject: 0, upstream: 1, generator: Math.min(2, count - 1) };
}
