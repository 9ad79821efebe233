/** Egress: opens the proxy for what the API fetches, and keeps it until it is told to stop. */
import { startEgress } from "../../hosts/egress/egress.ts";
import { readPolicy } from "../../policy/read.ts";
import { begin } from "../beginning.ts";
import { type Command, defineCommand } from "../command.ts";
import { findPolicy, policyPositional } from "../find-policy.ts";
import { untilStopped } from "../until-stopped.ts";

export const egress: Command = defineCommand({
  name: "egress",
  summary: "Stand between the API and what it fetches.",
  description: [
    "Opens a proxy for the API's own outgoing calls, as the policy's `egress` describes it. Each client of it has a secret and a list of hosts; only public addresses are dialled, and only the address that was judged. Point the API's HTTP client at http://name:secret@127.0.0.1:8444, or set HTTPS_PROXY to it.",
    "CONNECT carries TLS through unread; plain HTTP needs a written reason. Every connection leaves one audit record. SIGTERM and SIGINT end it.",
  ],
  positionals: [policyPositional],
  options: {},
  examples: [{ line: "sallyport egress", about: "With the policy in this folder." }],
  exits: { 0: "told to stop", 3: "policy, secrets or port stand in the way" },
  json: {
    time: "One object per line, on standard error. When it was said.",
    severity: "info, warning or error.",
    event: "What happened: listening, stopping, stopped, cannot start.",
    "...": "Particulars of the event, such as url when it listens, or misfits when it cannot.",
  },

  async run({ positionals: [named], json }, terminal) {
    const { say, withoutPolicy, withMisfits } = begin(json, terminal);
    const found = findPolicy(named, terminal.folder);
    if ("wrong" in found) return withoutPolicy(found.wrong);
    const { policy, misfits } = readPolicy(found.file);
    const start = policy === undefined ? { misfits } : await startEgress(policy);
    if ("misfits" in start) return withMisfits(start.misfits, found.file);
    const stopped = untilStopped(start.stop, say);
    say("info", "listening", { url: start.url, clients: [...(policy?.settings.egress?.clients.keys() ?? [])] });
    return stopped;
  },
});
