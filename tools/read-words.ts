/** Read words: the words behind a command of this repository; who writes others is told which there are. */
import { parseArgs, type ParseArgsConfig } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Words<O extends Options> = ReturnType<typeof parseArgs<{ readonly options: O }>>["values"];

/** Ends the process with 2 where the words are none of these, and with 0 where they ask for help. */
export function readWords<const O extends Options>(command: string, options: O): Words<O> {
  const usage = `${command} -- ${Object.entries(options).map(([name, { type }]) => `[--${name}${type === "string" ? " <...>" : ""}]`).join(" ")}\n`;
  if (process.argv.slice(2).some((word) => word === "--help" || word === "-h")) {
    process.stdout.write(usage);
    process.exit(0);
  }
  try {
    return parseArgs({ options }).values;
  } catch (fault) {
    process.stderr.write(`${fault instanceof Error ? fault.message : String(fault)}\n${usage}`);
    process.exit(2);
  }
}
