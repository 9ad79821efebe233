/**
 * Judge body: reads the body of one operation as `body` is told to, and says what is wrong with it.
 *
 * Apart from its guard, because `parameters` asks it too: whoever repairs a client wants to hear all that is wrong with a
 * request at once.
 */
import { count, fields, type Inspected, listOf, oneOf, or, type Problem, problem, type Shape, type Site } from "../../../../guard.ts";
import { type Coding, CODINGS } from "../../../../exchange/unpack.ts";
import { misread } from "../../../../policy/shape.ts";
import { type BodyReading, readBody } from "../../../body-reading.ts";
import { jsonBounds, type JsonOptions, jsonOptions } from "../../../json-options.ts";
import { codingOf, mediaChoice } from "../../../media-choice.ts";
import { type Located, locate } from "../invalid.ts";

const contentUnexpected = problem("content-unexpected", 400, "This operation takes no body");
const mediaTypeUnsupported = problem("media-type-unsupported", 415, "The body is of a type that is not accepted here");
const contentCodingUnsupported = problem("content-coding-unsupported", 415, "The body is compressed in a way that is not accepted here");

export interface BodyOptions extends JsonOptions {
  readonly decode: readonly Coding[];
  readonly ratio: number;
}

export const bodyOptions: Shape<BodyOptions> = fields({
  ...jsonOptions,
  decode: or(listOf("Content codings that are undone; a body in another one is refused.", oneOf("A content coding.", CODINGS), { max: CODINGS.length }), []),
  ratio: or(count("Bytes that come out of a coded body for each that went in, beyond the first 64 KiB.", { min: 1, max: 10_000 }), 100),
});

/** A refusal of its own, or what does not fit; nothing when all is well. */
export type BodyVerdict = Problem | readonly Located[] | undefined;
export type BodyJudge = (exchange: Pick<Inspected, "content" | "request">) => BodyVerdict | Promise<BodyVerdict>;

const MISSING: readonly Located[] = [{ in: "body", pointer: "", keyword: "required", message: "is required" }];

export function bodyJudge(options: BodyOptions, { operation }: Pick<Site, "operation">): BodyJudge {
  const { listed, body: declared } = operation;
  if (listed !== "unlisted" && declared === undefined) return ({ content }) => (content.declared === 0 ? undefined : contentUnexpected());
  const required = declared?.required ?? false;
  const codings = new Set(options.decode);
  const choose = mediaChoice(declared?.media, codings);
  const accepted = { accept: (declared?.media ?? []).flatMap(({ range, kind }) => (kind === "unsupported" ? [] : [range])).join(", "), codings: options.decode };
  const bounds = jsonBounds(options);

  const verdict = (reading: BodyReading): BodyVerdict => {
    if (reading.kind === "unread") return reading.problem;
    if (reading.kind === "findings") return locate(reading.findings, { in: "body" });
    return reading.kind === "empty" && required ? MISSING : undefined;
  };

  return ({ content, request }) => {
    if (content.declared === 0) return required ? MISSING : undefined;
    const chosen = choose(request.fields);
    if ("wrong" in chosen) return refuseMedia(chosen.wrong, chosen.reason, accepted);
    const coding = codings.size === 0 ? undefined : codingOf(request.fields);
    if (coding !== undefined) return content.unpack(coding, options.ratio).then(async (fault) => fault ?? verdict(await readBody(content, chosen, bounds)));
    const reading = readBody(content, chosen, bounds);
    return reading instanceof Promise ? reading.then(verdict) : verdict(reading);
  };
}

/**
 * Bodies up to here are read although the request is refused already, so that all that is wrong can be told. Of a body whose
 * length nobody announced as much is taken; nothing that is larger is held for the sake of a longer list.
 */
export const TOLD_BYTES_MAX = 65_536;

/** As `body` judges it here; undefined where it does not stand, or tells nobody of it. */
export function bodyJudgeAt({ optionsOf, posted, operation }: Pick<Site, "optionsOf" | "posted" | "operation">): BodyJudge | undefined {
  const [written] = optionsOf?.("body") ?? [];
  if (written === undefined || posted?.has("body") !== true || operation.body === undefined) return undefined;
  // What is wrong with the options is told where they are posted.
  const options = bodyOptions.read(written, { pointer: "", report: () => undefined });
  const judge = options === misread ? undefined : bodyJudge(options, { operation });
  return judge === undefined ? undefined : (exchange) => judgeSmall(exchange, judge);
}

function judgeSmall(exchange: Parameters<BodyJudge>[0], judge: BodyJudge): ReturnType<BodyJudge> {
  const { content } = exchange;
  if (content.declared !== undefined) return content.declared > TOLD_BYTES_MAX ? undefined : judge(exchange);
  const small = (head: Uint8Array | Problem): ReturnType<BodyJudge> => (head instanceof Uint8Array && head.byteLength <= TOLD_BYTES_MAX ? judge(exchange) : undefined);
  const head = content.begin(TOLD_BYTES_MAX + 1);
  return head instanceof Promise ? head.then(small) : small(head);
}

/** The answer says what would be taken (RFC 9110, sections 12.5.1, 12.5.3 and 15.5.16). */
function refuseMedia(wrong: "coding" | "type", reason: string, { accept, codings }: { readonly accept: string; readonly codings: readonly string[] }): Problem {
  const because = { reason };
  if (wrong === "coding") return contentCodingUnsupported({ headers: { "accept-encoding": [...codings, "identity"].join(", ") }, because });
  return mediaTypeUnsupported({ ...(accept === "" ? {} : { headers: { accept } }), because });
}
