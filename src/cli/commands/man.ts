/** Man: prints the manual page of a command. */
import { type Command, defineCommand } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { writeManualPage } from "../manual-page.ts";
import { offer } from "../parse.ts";
import { plain, writeJson } from "../terminal.ts";

export const man: Command = defineCommand({
  name: "man",
  summary: "Print the manual page of a command.",
  description: ["Prints the page in the language of `man` (roff). For reading, hand it to man: `sallyport man check | man -l -`."],
  positionals: [{ name: "command", about: "The command.", required: true }],
  options: {},
  examples: [
    { line: "sallyport man check | man -l -", about: "Read it." },
    { line: "sallyport man check > /usr/local/share/man/man1/sallyport-check.1", about: "Keep it for everybody on this machine." },
  ],
  exits: { 2: "there is no such command" },
  json: { command: "The command.", page: "The page, in roff." },

  async run({ positionals: [name = ""], json }, { out, error }, commands) {
    const command = commands.find((one) => one.name === name);
    if (command === undefined) {
      const wrong = `unknown command "${name}"${offer(name, commands.map((one) => one.name))}`;
      if (json) out.write(writeJson({ error: wrong }));
      error.write(`sallyport: ${plain(wrong)}`);
      return EXIT.usage;
    }
    const page = writeManualPage(command);
    out.write(json ? writeJson({ command: name, page }) : page.trimEnd());
    return EXIT.fine;
  },
});
