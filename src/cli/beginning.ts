/** Beginning: how a command that stays open says what it does, and why it cannot begin: to people in words, else as one JSON object. */
import type { Misfit } from "../contract/misfit.ts";
import { openOperationsLog, type Say } from "../watch/operations.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { countMisfits, dataOfMisfits, placeMisfits, tellMisfits } from "./tell-misfits.ts";
import { plain, type Terminal } from "./terminal.ts";

export interface Beginning {
  /** Whether people look at it. */
  readonly people: boolean;
  readonly say: Say;
  /** There is no policy to begin with. */
  readonly withoutPolicy: (reason: string) => ExitCode;
  /** Something stands in the way. */
  readonly withMisfits: (misfits: readonly Misfit[], policyFile: string) => ExitCode;
}

export function begin(json: boolean, { error, folder }: Terminal): Beginning {
  const people = error.people && !json;
  const say = openOperationsLog(process.stderr, people);
  return {
    people,
    say,
    withoutPolicy(reason) {
      if (people) error.write(`sallyport: ${plain(reason)}`);
      else say("error", "cannot start", { reason });
      return EXIT.start;
    },
    withMisfits(misfits, policyFile) {
      const placed = placeMisfits(misfits, policyFile);
      if (people) {
        tellMisfits(placed, error, folder);
        error.write(`sallyport: ${countMisfits(placed)}: nothing was started`);
      } else say("error", "cannot start", { misfits: dataOfMisfits(placed).map((misfit) => ({ ...misfit })) });
      return EXIT.start;
    },
  };
}
