/**
 * Bench: sets the stage, makes the comparison or the memory run, and prints it.
 */
import { compare } from "./compare.ts";
import { describeMachine, readLoadAverage, writeMachineLine } from "./machine.ts";
import { watchMemory } from "./memory.ts";
import type { Options } from "./options.ts";
import { summarise, writeGuardTable, writeMemoryTable, writeRateTable, writeRatioTable } from "./report.ts";
import type { Stage } from "./stage.ts";
import { openStage } from "./stage.ts";
import { catalogue } from "./subjects/catalogue.ts";
import type { Subject } from "./subjects/subject.ts";

export interface Finished {
  /** For the results file. */
  readonly result: object;
  readonly passed: boolean;
}

export async function runBench(options: Options): Promise<Finished> {
  const machine = describeMachine();
  console.log(`${writeMachineLine(machine)}\n`);
  const stage = await openStage(options);
  const closeEarly = (): void => {
    void stage.close().finally(() => process.exit(130));
  };
  process.once("SIGINT", closeEarly).once("SIGTERM", closeEarly);
  try {
    const subjects = chooseSubjects(options);
    const settings = { ...options, cores: stage.cores };
    const finished = options.requests === undefined
      ? await runComparison(stage, subjects, options)
      : await runMemory(stage, subjects, options.requests, options.connections);
    return { ...finished, result: { machine, settings, loadAverageAfter: readLoadAverage(), ...finished.result } };
  } finally {
    process.off("SIGINT", closeEarly).off("SIGTERM", closeEarly);
    await stage.close();
  }
}

async function runComparison(stage: Stage, subjects: readonly Subject[], options: Options): Promise<Finished> {
  const { subject, upstream, generator } = stage.cores;
  console.log(
    `${options.rounds} rounds of ${options.seconds} s after ${options.warmUpSeconds} s, ` +
      `run in for ${options.runInSeconds} s, ${options.connections} connections${options.tls ? " over TLS 1.3" : ""}, ` +
      `generator ${stage.generator.name}, ` +
      (subject === undefined ? "not pinned" : `cores: subject ${subject}, API ${upstream}, generator ${generator}`),
  );
  const results = await compare(stage, subjects, options);
  const tables = [writeGuardTable, writeRateTable, writeRatioTable, writeMemoryTable];
  for (const write of tables) console.log(`\n${write(results)}`);
  return {
    result: { subjects: results.map((result) => summarise(result, results)) },
    passed: results.every((result) => !result.failed),
  };
}

async function runMemory(stage: Stage, subjects: readonly Subject[], requests: number, connections: number): Promise<Finished> {
  const memory: Record<string, object> = {};
  let passed = true;
  for (const subject of subjects) {
    const missing = subject.missing();
    console.log(`\n${subject.name}${missing === undefined ? "" : ` skipped: ${missing}`}`);
    if (missing !== undefined) continue;
    const run = await watchMemory(stage, subject, requests, connections);
    const verdict = run.flat ? "flat" : "NOT FLAT";
    console.log(run.invalid ?? `${verdict}: the last quarter is ${run.growth.toFixed(3)} of the second`);
    memory[subject.name] = run;
    if (run.invalid !== undefined || !run.flat) passed = false;
  }
  return { result: { memory }, passed };
}

function chooseSubjects(options: Options): readonly Subject[] {
  const wanted = options.subjects ?? (options.requests === undefined ? undefined : ["sallyport"]);
  const unknown = wanted?.find((name) => !catalogue.some((subject) => subject.name === name));
  if (unknown !== undefined) throw new RangeError(`no subject is called ${unknown}`);
  const plain = options.tls ? wanted?.find((name) => catalogue.some((subject) => subject.name === name && !subject.overTls)) : undefined;
  if (plain !== undefined) throw new RangeError(`${plain} is not set up for TLS`);
  return catalogue.filter(({ name, overTls }) => (wanted === undefined ? overTls || !options.tls : wanted.includes(name)));
}
