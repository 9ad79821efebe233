/**
 * Xml: an XML body is well-formed, small in every way, free of everything that leads outside, and what the contract declares.
 *
 * There is no DOCTYPE, so no entity unfolds and none is fetched; no processing instruction, no inclusion, no hint where a schema
 * may be; UTF-8 and XML 1.0 alone. Elements, levels, attributes and texts are counted before anything is parsed. The parser
 * is libxml2, in WebAssembly, in a thread with a cap on its memory; whoever keeps it too long is cut off, and so is whoever
 * would have to wait too long (503). What it read becomes a value by the `xml` objects of the contract's schema, and is
 * held to that schema as any other body; `schema` names an XML Schema beside it, for SOAP envelopes and the like. XML of
 * which the contract says nothing is read all the same: what reads it behind may be less careful. `body` judges that XML is
 * declared here at all.
 *
 * Answers API4:2023, unrestricted resource consumption, API7:2023, server side request forgery, and API8:2023, security
 * misconfiguration. See CWE-611 and CWE-776, RFC 7303, and the OpenAPI Specification 3.1.1, section 4.8.26.
 */
import { isXml } from "../../../contract/media/understand.ts";
import { xmlDecoder } from "../../../contract/media/xml/value.ts";
import { CODINGS } from "../../../exchange/unpack.ts";
import { defineGuard, fields, type Guard, type Problem } from "../../../guard.ts";
import type { BodyReading } from "../../body-reading.ts";
import { mediaChoice } from "../../media-choice.ts";
import { openXmlReading, xmlOptions } from "../../xml-options.ts";
import { readXml, type XmlContract } from "../../xml-reading.ts";
import { locate, refuseInvalid } from "./invalid.ts";

const missing = refuseInvalid([{ in: "body", pointer: "", keyword: "required", message: "is required" }]);
const ANY: XmlContract = { fromXml: xmlDecoder(undefined, undefined), validator: undefined };

export const xml: Guard = defineGuard({
  name: "xml",
  stage: "validate",
  risks: ["API4:2023", "API7:2023", "API8:2023"],
  standing: true,
  options: fields(xmlOptions),

  compile(options, site) {
    const { listed, body } = site.operation;
    const mayBe = listed === "unlisted" || (body?.media ?? []).some(({ kind, range }) => kind === "xml" || (kind === "opaque" && range.includes("*")));
    if (!mayBe) return undefined;
    const choose = mediaChoice(body?.media, new Set(CODINGS));
    const reading = openXmlReading(options, site);
    const required = body?.required ?? false;

    const verdict = (read: BodyReading): Problem | undefined => {
      if (read.kind === "unread") return read.problem;
      if (read.kind === "findings") return refuseInvalid(locate(read.findings, { in: "body" }));
      return read.kind === "empty" && required ? missing : undefined;
    };

    return ({ content, request }) => {
      if (content.declared === 0) return undefined;
      const chosen = choose(request.fields);
      // What is declared, and in which coding it may be, is for `body` to say.
      if ("wrong" in chosen || !(chosen.kind === "xml" || (chosen.kind === "opaque" && isXml(chosen.type.type)))) return undefined;
      const { fromXml, validator } = chosen;
      return readXml(content, fromXml === undefined ? ANY : { fromXml, validator }, reading).then(verdict);
    };
  },
});
