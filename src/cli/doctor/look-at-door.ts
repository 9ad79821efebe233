/** Look at door: the certificate that callers see, and what the running gateway says of itself. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import path from "node:path";
import { request } from "undici";
import type { Policy } from "../../policy/policy.ts";
import { bad, doubtful, type Finding, fine } from "./finding.ts";

/** Less than this, and it should have been renewed by now. */
const DAYS_LEFT_MIN = 14;
const DAY_MILLISECONDS = 86_400_000;
const WATCH_MILLISECONDS_MAX = 2_000;
/** Requests from which on a share means something. */
const REQUESTS_MIN = 50;
/** From this share on it is not some callers who write such fields, but what stands in front. */
const FORWARDED_SHARE = 0.5;

/** @param now milliseconds since the epoch */
export function lookAtCertificate({ folder, settings: { listen, external } }: Policy, now: number): readonly Finding[] {
  const { tls, plain, address } = listen;
  if (tls === undefined) return [plain === undefined ? fine("encryption", `none, on ${address}, which this machine alone can reach`) : doubtful("encryption", `none, on ${address}: ${plain}`, "listen.tls with certificate and key")];
  // The policy was understood, so the file was there a moment ago, and is a certificate.
  const leaf = new X509Certificate(readFileSync(path.resolve(folder, tls.certificate)));
  const days = Math.floor((Date.parse(leaf.validTo) - now) / DAY_MILLISECONDS);
  const about = "certificate";
  const age = days < DAYS_LEFT_MIN ? doubtful(about, `valid for ${days} more days`, "renew it; the gateway takes a new file without a restart") : fine(about, `valid for ${days} more days`);
  const strangers = external.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, "")).filter((host) => (isIP(host) === 0 ? leaf.checkHost(host) : leaf.checkIP(host)) === undefined);
  return [age, ...strangers.map((host) => doubtful(about, `it is not for ${host}, which stands under external`, "a certificate with that name, or another name under external"))];
}

/** What the gateway that runs with this policy says on its watch port. */
export async function lookAtRunning({ settings: { watch, trust } }: Policy): Promise<readonly Finding[]> {
  if (watch === undefined) return [doubtful("running", "the policy opens no port for health and metrics, so nothing can be said about a gateway that runs", "watch: { port: 9464 }")];
  const at = `http://${watch.address.includes(":") ? `[${watch.address}]` : watch.address}:${watch.port}`;
  const ready = await get(`${at}/readyz`);
  if (ready === undefined) return [fine("running", `nothing answers on ${at}: no gateway runs with this policy`)];
  const findings = [ready.status === 200 ? fine("running", `the gateway on ${at} would take requests`) : bad("running", `the gateway on ${at} takes no requests: ${ready.text.trim().slice(0, 100)}`, "its log says why")];
  const counts = readCounts((await get(`${at}/metrics`))?.text ?? "");
  const requests = sum(counts, "sallyport_exchanges_total");
  const forwarded = sum(counts, "sallyport_forwarded_unbelieved");
  if (requests >= REQUESTS_MIN && forwarded / requests >= FORWARDED_SHARE) {
    findings.push(doubtful("callers", `${Math.round((100 * forwarded) / requests)} % of ${requests} requests came with forwarding fields of somebody whom trust does not name: they were not believed, and all of his callers share his limits`, `trust: [the address of the proxy in front]${trust.length > 0 ? `, beside ${trust.join(", ")}` : ""}; sallyport doctor --log shows it`));
  }
  const dropped = sum(counts, "sallyport_audit_dropped");
  if (dropped > 0) findings.push(bad("audit", `${dropped} records found no room and are lost`, "a faster disk, a larger audit.queue, or audit.whenFull: refuse"));
  const refused = counts.filter(({ name }) => name === 'sallyport_reloads_total{result="refused"}').reduce((all, { value }) => all + value, 0);
  if (refused > 0) findings.push(doubtful("reload", `${refused} reloads were refused since the start: an older policy may be in force`, "sallyport check"));
  return findings;
}

interface Count {
  readonly name: string;
  readonly value: number;
}

function readCounts(text: string): readonly Count[] {
  return text.split("\n").flatMap((line) => {
    const [, name, value] = /^(sallyport_\w+(?:\{[^}]*\})?) (\d+(?:\.\d+)?)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, value: Number(value) }];
  });
}

function sum(counts: readonly Count[], name: string): number {
  return counts.filter((count) => count.name === name || count.name.startsWith(`${name}{`)).reduce((all, { value }) => all + value, 0);
}

async function get(url: string): Promise<{ readonly status: number; readonly text: string } | undefined> {
  try {
    const { statusCode, body } = await request(url, { signal: AbortSignal.timeout(WATCH_MILLISECONDS_MAX) });
    return { status: statusCode, text: await body.text() };
  } catch {
    return undefined;
  }
}
