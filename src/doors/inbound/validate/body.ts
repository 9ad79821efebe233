/**
 * Body: what a request carries is what the contract declares, read strictly and judged by its schema.
 *
 * A body where none is declared is refused, and so is a media type that is not declared or cannot be checked: a door that
 * lets through what it cannot read is open to whoever changes the Content-Type. JSON is parsed with one meaning or none
 * (no duplicate names, no rounded numbers, bounded in depth and number), and so are forms, each member as its encoding says
 * (a name twice is a list or a refusal), and the parts of `multipart/form-data` (framed by CRLF alone, each of a declared type,
 * a file only where the contract has one). A JSON Merge Patch and the operations of a JSON Patch are held to the schema of what
 * they patch. What does not fit is answered with 400, as for parameters: one status for bad input.
 * Opaque media are bounded in size by `size` and stream through unread, but for their first bytes: an image, archive or
 * document that does not begin as its type does is none. A compressed body is refused; with `decode` it is undone, once, within
 * the bound of the body and `ratio`, and goes on as it was inside.
 *
 * Answers API3:2023, broken object property level authorization, and API4:2023, unrestricted resource consumption. See
 * RFC 8259, section 4, the WHATWG URL Standard, section 5.1, RFC 9110, sections 8.3, 8.4 and 15.5.16,
 * RFC 6902, RFC 7396, RFC 7578 and RFC 9457.
 */
import { count, defineGuard, fields, type Guard, type Inspected, listOf, oneOf, or, type Problem, problem } from "../../../guard.ts";
import { CODINGS } from "../../../exchange/unpack.ts";
import { type BodyReading, readBody } from "../../body-reading.ts";
import { jsonBounds, jsonOptions } from "../../json-options.ts";
import { codingOf, mediaChoice } from "../../media-choice.ts";
import { locate, refuseInvalid } from "./invalid.ts";

const contentUnexpected = problem("content-unexpected", 400, "This operation takes no body");
const mediaTypeUnsupported = problem("media-type-unsupported", 415, "The body is of a type that is not accepted here");
const contentCodingUnsupported = problem("content-coding-unsupported", 415, "The body is compressed in a way that is not accepted here");

const missing = refuseInvalid([{ in: "body", pointer: "", keyword: "required", message: "is required" }]);

export const body: Guard = defineGuard({
  name: "body",
  stage: "validate",
  risks: ["API3:2023", "API4:2023"],
  standing: true,
  options: fields({
    ...jsonOptions,
    decode: or(listOf("Content codings that are undone; a body in another one is refused.", oneOf("A content coding.", CODINGS), { max: CODINGS.length }), []),
    ratio: or(count("Bytes that come out of a coded body for each that went in, beyond the first 64 KiB.", { min: 1, max: 10_000 }), 100),
  }),

  compile(options, { operation }) {
    const { listed, body: declared } = operation;
    if (listed !== "unlisted" && declared === undefined) return ({ content }) => (content.declared === 0 ? undefined : contentUnexpected());
    const required = declared?.required ?? false;
    const codings = new Set(options.decode);
    const choose = mediaChoice(declared?.media, codings);
    const accepted = { accept: (declared?.media ?? []).flatMap(({ range, kind }) => (kind === "unsupported" ? [] : [range])).join(", "), codings: options.decode };
    const bounds = jsonBounds(options);

    const verdict = (reading: BodyReading): Problem | undefined => {
      if (reading.kind === "unread") return reading.problem;
      if (reading.kind === "findings") return refuseInvalid(locate(reading.findings, { in: "body" }));
      return reading.kind === "empty" && required ? missing : undefined;
    };

    return ({ content, request }: Inspected) => {
      if (content.declared === 0) return required ? missing : undefined;
      const chosen = choose(request.fields);
      if ("wrong" in chosen) return refuseMedia(chosen.wrong, chosen.reason, accepted);
      const coding = codings.size === 0 ? undefined : codingOf(request.fields);
      if (coding !== undefined) return content.unpack(coding, options.ratio).then(async (fault) => fault ?? verdict(await readBody(content, chosen, bounds)));
      const reading = readBody(content, chosen, bounds);
      return reading instanceof Promise ? reading.then(verdict) : verdict(reading);
    };
  },
});

/** The answer says what would be taken (RFC 9110, sections 12.5.1, 12.5.3 and 15.5.16). */
function refuseMedia(wrong: "coding" | "type", reason: string, { accept, codings }: { readonly accept: string; readonly codings: readonly string[] }): Problem {
  const because = { reason };
  if (wrong === "coding") return contentCodingUnsupported({ headers: { "accept-encoding": [...codings, "identity"].join(", ") }, because });
  return mediaTypeUnsupported({ ...(accept === "" ? {} : { headers: { accept } }), because });
}
