/** Completions: prints the script that teaches a shell the commands. */
import { type Command, defineCommand } from "../command.ts";
import { SHELLS, writeCompletions } from "../complete.ts";
import { EXIT } from "../exit-code.ts";
import { writeJson } from "../terminal.ts";

export const completions: Command = defineCommand({
  name: "completions",
  summary: "Print completions for a shell.",
  description: ["Prints a script for the shell that is named. It knows every command and option, since it is made from the same records as this help."],
  positionals: [{ name: "shell", about: `One of ${SHELLS.join(", ")}.`, required: true, completes: SHELLS }],
  options: {},
  examples: [
    { line: "source <(sallyport completions bash)", about: "For this bash." },
    { line: "sallyport completions fish > ~/.config/fish/completions/sallyport.fish", about: "For every fish." },
  ],
  exits: {},
  json: { shell: "The shell.", script: "The script." },

  async run({ positionals: [word], json }, { out }, commands) {
    const shell = SHELLS.find((one) => one === word) ?? SHELLS[0];
    const script = writeCompletions(shell, commands);
    out.write(json ? writeJson({ shell, script }) : script.trimEnd());
    return EXIT.fine;
  },
});
