/**
 * Run: opens the gateway and keeps it until it is told to stop.
 *
 * Everything is said on standard error: standard output belongs to the audit log where the policy names no file.
 */
import { measureCoverage } from "../../doors/coverage.ts";
import { GUARDS } from "../../doors/guards.ts";
import { type Gateway, startGateway } from "../../hosts/gateway/gateway.ts";
import type { Say } from "../../watch/operations.ts";
import { begin } from "../beginning.ts";
import { type Command, defineCommand } from "../command.ts";
import { findPolicy, policyPositional } from "../find-policy.ts";
import { countMisfits } from "../tell-misfits.ts";
import { supervise } from "../supervise.ts";
import { type Page, plain } from "../terminal.ts";
import { untilStopped } from "../until-stopped.ts";

export const run: Command = defineCommand({
  name: "run",
  summary: "Stand in front of the API.",
  description: [
    "Opens the gateway: reads the policy and its contract, and listens once everything is understood. If anything stands in the way, all of it is listed, and nothing listens.",
    "Policy, contract and certificates are read again when they change, and on SIGHUP; a policy that does not fit keeps the old one in force and says why. With `threads` in the policy, several threads serve behind the one port, and one that ends or is stuck is started again; with --supervise, so is the whole process. SIGTERM and SIGINT let exchanges in flight finish, for the time that `drain` in the policy gives, and then end with 0; a second SIGINT ends at once.",
    "Memory: after some hundred thousand requests V8 lets young objects take 90 MiB more (150 MiB become 240, and stay so). NODE_OPTIONS=--max-semi-space-size=8 spares them, and nothing measured here became slower; each thread of several is held to as much already.",
    "What the gateway says of itself goes to standard error: text on a terminal, else one JSON object per line. The audit log goes to the file that the policy names, or to standard output.",
  ],
  positionals: [policyPositional],
  options: { supervise: { type: "flag", about: "Run it in a process of its own, and start that again when it ends without having been told to." } },
  examples: [
    { line: "sallyport run", about: "With the policy in this folder." },
    { line: "sallyport run /etc/sallyport/policy.yaml", about: "With another one." },
  ],
  exits: { 0: "told to stop, and everything in flight has finished", 1: "ended at once by a second SIGINT", 3: "policy, contract, certificate or port stand in the way" },
  json: {
    time: "One object per line, on standard error. When it was said.",
    severity: "info, warning or error.",
    event: "What happened: listening, reloaded, stopping, stopped, cannot start, ...",
    "...": "Particulars of the event, such as url, operations and score when it listens, or misfits when it cannot.",
  },

  async run({ positionals: [named], options: { supervise: supervised }, json }, terminal) {
    const { people, say, withoutPolicy, withMisfits } = begin(json, terminal);
    if (supervised) return supervise(["run", ...(named === undefined ? [] : [named]), ...(json ? ["--json"] : [])], say);
    const found = findPolicy(named, terminal.folder);
    if ("wrong" in found) return withoutPolicy(found.wrong);
    // A signal that nobody listens for ends the process: so there is a listener from the start, and for all of them before "listening" is said.
    let reload = (): void => void (changed = true);
    let changed = false;
    process.on("SIGHUP", () => reload());
    const start = await startGateway(found.file, { say });
    if ("misfits" in start) return withMisfits(start.misfits, found.file);
    reload = () => void start.gateway.reload();
    const stopped = untilStopped(start.gateway.stop, say);
    announce(start.gateway, say, people ? terminal.error : undefined);
    if (changed) reload();
    return stopped;
  },
});

/** Operations that are refused whole, told one by one; `sallyport check` lists them all. */
const DOWN_TOLD_MAX = 20;

function announce(gateway: Gateway, say: Say, page: Page | undefined): void {
  const { url, watchUrl } = gateway;
  const house = gateway.house();
  const { policy, contract, warnings } = house;
  const coverage = measureCoverage(house, GUARDS);
  const down = coverage.down.length;
  const upstream = (policy.settings.upstream?.targets ?? []).map(({ href }) => href).join(", ");
  if (page === undefined) {
    say("info", "listening", { url, upstream, ...(watchUrl === undefined ? {} : { watch: watchUrl }), operations: house.plans.size, down, score: coverage.score, policy: policy.version });
    for (const { id, reason } of coverage.down.slice(0, DOWN_TOLD_MAX)) say("warning", "operation refused whole", { operation: id, reason });
    return;
  }
  page.write(`${page.style("good", "listening")} on ${page.style("strong", url)}, in front of ${plain(upstream)}`);
  page.write(`  ${plain(`${contract.title} ${contract.version}`)}: ${house.plans.size} operations${down === 0 ? "" : `, ${down} refused whole`}; score ${coverage.score} of 100 (see sallyport check)`);
  for (const { id, reason } of coverage.down.slice(0, DOWN_TOLD_MAX)) page.write(`  ${page.style("doubtful", `${plain(id)} is refused whole`)}: ${plain(reason)}`);
  if (watchUrl !== undefined) page.write(`  health and metrics on ${watchUrl}`);
  page.write(`  audit log: ${plain(policy.settings.audit.file ?? "standard output")}; policy ${policy.version}`);
  if (warnings.length > 0) page.write(`  ${page.style("doubtful", countMisfits(warnings))}: sallyport check lists them`);
}
