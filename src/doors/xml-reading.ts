/**
 * XML reading: an XML text is looked over, parsed in a thread of its own, held to the schema of the policy, made a value, and
 * judged as one. For both doors.
 */
import { readCanonical } from "../contract/media/xml/element.ts";
import { scanXml } from "../contract/media/xml/scan.ts";
import type { FromXml } from "../contract/media/xml/value.ts";
import type { Finding, Validator } from "../contract/operation.ts";
import type { Readable } from "../exchange/readable.ts";
import { type Particulars, type Problem, problem } from "../exchange/problem.ts";
import type { XmlWrong } from "../xml/xml-thread.ts";
import type { BodyReading } from "./body-reading.ts";
import type { XmlReading } from "./xml-options.ts";

const xmlUnavailable: (particulars?: Particulars) => Problem = problem("xml-unavailable", 503, "The XML cannot be read at the moment");

/** Lines that one refusal names. */
const LINES_MAX = 5;

/** What the contract says of the text. */
export interface XmlContract {
  readonly fromXml: FromXml;
  readonly validator: Validator | undefined;
}

export async function readXml(content: Readable, { fromXml, validator }: XmlContract, { bounds, readers, schema, milliseconds }: XmlReading): Promise<BodyReading> {
  const bytes = await content.read();
  if (!(bytes instanceof Uint8Array)) return { kind: "unread", problem: bytes };
  if (bytes.byteLength === 0) return { kind: "empty" };
  const seen = scanXml(bytes, bounds);
  if (seen !== undefined) return refuse(seen);
  const outcome = await readers.read(bytes, schema, milliseconds);
  if ("failed" in outcome) return { kind: "unread", problem: xmlUnavailable({ because: { reason: outcome.failed } }) };
  if ("wrong" in outcome) return refuse(explain(outcome));
  const root = readCanonical(outcome.canonical);
  if (root === undefined) return refuse(UNREADABLE);
  const decoded = fromXml(root);
  if ("findings" in decoded) return { kind: "findings", findings: decoded.findings };
  content.understand(decoded.value);
  if (validator === undefined || validator.check(decoded.value)) return { kind: "sound" };
  const findings = validator.explain(decoded.value);
  return { kind: "findings", findings: findings.length > 0 ? findings : [UNFIT] };
}

const UNREADABLE: Finding = { pointer: "", keyword: "syntax", message: "is not well-formed XML" };
const UNFIT: Finding = { pointer: "", keyword: "schema", message: "does not fit its schema" };
const TOO_MUCH: Finding = { pointer: "", keyword: "size", message: "needs too much memory" };

function refuse(finding: Finding): BodyReading {
  return { kind: "findings", findings: [finding] };
}

function explain({ wrong, lines }: XmlWrong): Finding {
  if (wrong !== "schema") return wrong === "memory" ? TOO_MUCH : UNREADABLE;
  const told = [...new Set(lines)].slice(0, LINES_MAX).join(", ");
  return { pointer: "", keyword: "schema", message: `does not fit its XML schema${told === "" ? "" : `, in line ${told}`}` };
}
