/** Doctor: looks at everything around a policy that no file can tell, and says what to do about it. */
import path from "node:path";
import type { House } from "../../doors/house.ts";
import { type Command, defineCommand } from "../command.ts";
import type { Finding, Health } from "../doctor/finding.ts";
import { LOG_BYTES_MAX, lookAtCallers, RECORDS_MIN } from "../doctor/look-at-callers.ts";
import { lookAtCertificate, lookAtRunning } from "../doctor/look-at-door.ts";
import { lookAtIssuers } from "../doctor/look-at-issuers.ts";
import { lookAtMachine, readMachine } from "../doctor/look-at-machine.ts";
import { lookAtDatabase, lookAtLimitServers } from "../doctor/look-at-stores.ts";
import { lookAtUpstream } from "../doctor/look-at-upstream.ts";
import { EXIT } from "../exit-code.ts";
import { findPolicy, policyPositional } from "../find-policy.ts";
import { openHouse } from "../open-house.ts";
import { refuseToBegin } from "../refuse-to-begin.ts";
import { countMisfits, dataOfMisfits, tellMisfits } from "../tell-misfits.ts";
import { type Page, plain, type Style, writeJson } from "../terminal.ts";

export const doctor: Command = defineCommand({
  name: "doctor",
  summary: "Look at what surrounds a policy: machine, API, issuers, servers, callers.",
  description: [
    "Where `check` reads files, this command asks: whether the API and the issuers can be reached from here and how their clocks stand, whether the servers of the limits are fit for them, whether the database opens, how long the certificate lasts, whether the machine carries as many connections as the door lets in, and what a gateway that runs says of itself. Nothing is changed; a database that is new gets its tables.",
    `The last ${LOG_BYTES_MAX / 1_048_576} MiB of the audit log, if there are ${RECORDS_MIN} records, tell who is taken for whom: where nearly all requests come from one address, a proxy stands in front that \`trust\` does not name, and everybody shares one limit.`,
  ],
  positionals: [policyPositional],
  options: {
    log: { type: "text", value: "FILE", about: "The audit log to look at; the policy's own when left out." },
    offline: { type: "flag", about: "Ask nobody: neither the API, nor issuers, nor servers." },
  },
  examples: [
    { line: "sallyport doctor", about: "Before the doors open, and when something is odd." },
    { line: "sallyport doctor policy.yaml --log audit.log --offline", about: "Who is taken for whom, from a log." },
  ],
  exits: { 0: "nothing is bad; what is doubtful is said", 1: "something is bad, or an error stands in the policy", 3: "there is no policy" },
  json: { ok: "Whether the exit code is 0.", findings: "health (fine, doubtful, bad), about, found, and advice where there is some." },

  async run({ positionals: [named], options: { log, offline }, json }, terminal) {
    const { out, folder } = terminal;
    const found = findPolicy(named, folder);
    if ("wrong" in found) return refuseToBegin(found.wrong, json, terminal);
    const { house, misfits } = openHouse(found.file);
    if (house === undefined) {
      if (json) out.write(writeJson({ ok: false, error: "an error stands in the way", misfits: dataOfMisfits(misfits) }));
      tellMisfits(misfits, terminal.error, folder);
      terminal.error.write(`sallyport: ${countMisfits(misfits)}: nothing would start`);
      return EXIT.refused;
    }
    const findings = await examine(house, log === undefined ? undefined : path.resolve(folder, log), offline);
    const ok = !findings.some(({ health }) => health === "bad");
    if (json) out.write(writeJson({ ok, findings }));
    else tellFindings(findings, out);
    return ok ? EXIT.fine : EXIT.refused;
  },
});

async function examine({ policy, plans }: House, log: string | undefined, offline: boolean): Promise<readonly Finding[]> {
  const { settings, folder } = policy;
  const own = settings.audit.file === undefined ? undefined : path.resolve(folder, settings.audit.file);
  const file = log ?? own;
  const asked = offline ? [] : await Promise.all([lookAtRunning(policy), lookAtUpstream(policy), lookAtIssuers(plans.values()), lookAtLimitServers(policy), lookAtDatabase(policy)]);
  return [...lookAtMachine(settings, readMachine()), ...lookAtCertificate(policy, Date.now()), ...asked.flat(), ...(file === undefined ? [] : lookAtCallers(file))];
}

const STYLES: Readonly<Record<Health, Style>> = { fine: "good", doubtful: "doubtful", bad: "bad" };

function tellFindings(findings: readonly Finding[], out: Page): void {
  const width = Math.max(...findings.map(({ about }) => about.length));
  for (const { health, about, found, advice } of findings) {
    out.write(`${out.style(STYLES[health], health.padEnd("doubtful".length))}  ${about.padEnd(width)}  ${plain(found)}`);
    if (advice !== undefined) out.write(`${" ".repeat("doubtful".length + width + 4)}${out.style("strong", "do")}: ${plain(advice)}`);
  }
  const count = (health: Health): number => findings.filter((finding) => finding.health === health).length;
  out.write();
  out.write(`${findings.length} findings: ${count("bad")} bad, ${count("doubtful")} doubtful`);
}
