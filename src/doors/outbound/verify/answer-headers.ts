/**
 * Answer headers: the header fields that the contract declares for an answer are there and have values that it allows.
 */
import type { DeclaredAnswer } from "../../../contract/operation.ts";
import type { Fields, Finding } from "../../../guard.ts";

type DeclaredHeader = DeclaredAnswer["headers"][number];

/** All that is wrong with the declared fields; none for those that nobody declared. */
export function judgeHeaders(declared: readonly DeclaredHeader[], fields: Fields): readonly Finding[] {
  return declared.flatMap((header) => {
    const values = fields.all(header.name);
    if (values.length === 0) return header.required ? [{ pointer: `/${header.name}`, keyword: "required", message: "is required" }] : [];
    // Set-Cookie is the one field whose lines cannot be joined (RFC 9110, section 5.3).
    const texts = header.name === "set-cookie" ? values : [values.join(", ")];
    return texts.flatMap((text) => judge(header, text));
  });
}

function judge({ name, read }: DeclaredHeader, text: string): readonly Finding[] {
  const outcome = read(text);
  if ("value" in outcome) return [];
  const findings = outcome.findings.map((finding) => ({ ...finding, pointer: `/${name}${finding.pointer}` }));
  return findings.length > 0 ? findings : [{ pointer: `/${name}`, keyword: "invalid", message: "is not valid" }];
}
