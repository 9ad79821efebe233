/**
 * Options: reads the words after `npm run bench --`.
 *
 * Everything has a default, so that a plain `npm run bench` is the run that the README's table comes from.
 */
import { parseArgs } from "node:util";

export interface Options {
  readonly rounds: number;
  readonly seconds: number;
  /** Before the first round, once per subject: V8 needs about nine seconds until a stack of packages has its speed. */
  readonly runInSeconds: number;
  readonly warmUpSeconds: number;
  readonly connections: number;
  readonly subjects: readonly string[] | undefined;
  /** Set: no comparison, but one subject answers this many requests while its memory is watched. */
  readonly requests: number | undefined;
  readonly generator: "own" | "wrk";
  readonly pin: boolean;
  /** Callers come over TLS 1.3; the way to the API stays plain. */
  readonly tls: boolean;
  readonly keep: boolean;
}

export const usage = `npm run bench -- [options]
  --rounds <n>        interleaved rounds (5)
  --seconds <n>       measured seconds per subject and round (4)
  --run-in <n>        seconds of load per subject before the first round (12)
  --warm-up <n>       seconds of load before each measurement (2)
  --quick             2 rounds of 2 s, run in for 6 s: a first look, no figures
  --subjects <a,b>    only these: sallyport, express-stack, fastify-stack, bare-proxy, bare-relay, nginx
  --connections <n>   connections held open, one request at a time on each (32)
  --generator <name>  own (default) or wrk
  --requests <n>      memory run: one subject (sallyport) answers n requests, RSS printed on the way
  --tls               callers come over TLS 1.3, kept-alive connections; without the two stacks
  --no-pin            do not give the subject a core of its own (taskset)
  --keep              keep the folder of policies, configurations and logs
`;

/** Throws TypeError or RangeError with one line to print when the words are not understood. */
export function readOptions(words: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...words],
    allowNegative: true,
    options: {
      rounds: { type: "string" },
      seconds: { type: "string" },
      "run-in": { type: "string" },
      "warm-up": { type: "string" },
      quick: { type: "boolean", default: false },
      subjects: { type: "string" },
      connections: { type: "string", default: "32" },
      generator: { type: "string", default: "own" },
      requests: { type: "string" },
      pin: { type: "boolean", default: true },
      tls: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
    },
  });
  const { generator } = values;
  if (generator !== "own" && generator !== "wrk") throw new RangeError(`--generator is own or wrk, not ${generator}`);
  return {
    rounds: readCount("rounds", values.rounds ?? (values.quick ? "2" : "5")),
    seconds: readCount("seconds", values.seconds ?? (values.quick ? "2" : "4")),
    runInSeconds: readCount("run-in", values["run-in"] ?? (values.quick ? "6" : "12")),
    warmUpSeconds: readCount("warm-up", values["warm-up"] ?? (values.quick ? "1" : "2")),
    connections: readCount("connections", values.connections),
    subjects: values.subjects?.split(","),
    requests: values.requests === undefined ? undefined : readCount("requests", values.requests),
    generator,
    pin: values.pin,
    tls: values.tls,
    keep: values.keep,
  };
}

function readCount(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`--${name} is a whole number from 1, not ${text}`);
  return count;
}
