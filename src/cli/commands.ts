/** Commands: all of them, in the order in which help lists them. */
import type { Command } from "./command.ts";
import { check } from "./commands/check.ts";
import { completions } from "./commands/completions.ts";
import { decide } from "./commands/decide.ts";
import { doctor } from "./commands/doctor.ts";
import { egress } from "./commands/egress.ts";
import { explain } from "./commands/explain.ts";
import { init } from "./commands/init.ts";
import { keys } from "./commands/keys.ts";
import { man } from "./commands/man.ts";
import { run } from "./commands/run.ts";
import { simulate } from "./commands/simulate.ts";
import { test } from "./commands/test.ts";
import { tokens } from "./commands/tokens.ts";
import { users } from "./commands/users.ts";

export const COMMANDS: readonly Command[] = [run, egress, decide, check, doctor, test, explain, simulate, init, keys, users, tokens, completions, man];
