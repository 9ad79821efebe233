/** Decide: answers other programs' questions about who may what, until it is told to stop. */
import { startDecisions } from "../../hosts/decisions/decisions.ts";
import { begin } from "../beginning.ts";
import { type Command, defineCommand } from "../command.ts";
import { findPolicy, policyPositional } from "../find-policy.ts";
import { untilStopped } from "../until-stopped.ts";

export const decide: Command = defineCommand({
  name: "decide",
  summary: "Answer other programs' questions about who may what.",
  description: [
    "Answers over OpenID AuthZEN 1.0 (/access/v1/evaluation and /access/v1/evaluations) what the stage authorize of the policy would decide: scopes, roles, rules and an outside decision point. Who may ask stands in the policy's `decisions`.",
    "A resource is an operation of the contract: { type: route, id: /accounts/{accountId} } with the method as the action's name, or { type: operation, id: getAccount }. Its properties may hold params and query. A subject is a principal by its id; its properties stand for the claims of a credential, scope and ip_address among them, and are believed. Authentication, limits and the body are not judged, nor whose an object is: that shows only in what the API answers.",
    "Every decision leaves an audit record that says it was a question. SIGTERM and SIGINT end it.",
  ],
  positionals: [policyPositional],
  options: {},
  examples: [{ line: "sallyport decide", about: "With the policy in this folder." }],
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
    const start = await startDecisions(found.file, { say });
    if ("misfits" in start) return withMisfits(start.misfits, found.file);
    const stopped = untilStopped(start.stop, say);
    say("info", "listening", { url: start.url });
    return stopped;
  },
});
