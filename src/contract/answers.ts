/**
 * Answers: the responses of an operation, by status, with their media types and header fields.
 */
import { readContent, tellUnread } from "./content.ts";
import { join } from "./json-pointer.ts";
import { isJsonObject } from "./json-value.ts";
import type { DeclaredAnswer } from "./operation.ts";
import { readDeclaration } from "./parameters.ts";
import { type Node, type Scope, take } from "./reading.ts";

/** A status, a range of statuses, or the rest. */
const STATUS = /^(?:default|[1-5](?:[0-9][0-9]|XX))$/;

/** Keys in lower case: `200`, `2xx`, `default`. A key that is no status is left to the lint, which warns of it. */
export function readAnswers(scope: Scope, operation: Node): ReadonlyMap<string, DeclaredAnswer> {
  const answers = new Map<string, DeclaredAnswer>();
  const { responses } = operation.value;
  if (!isJsonObject(responses)) return answers;
  for (const key of Object.keys(responses)) {
    if (!STATUS.test(key)) continue;
    const response = take(scope, { file: operation.file, pointer: join(operation.pointer, "responses", key) }, "response");
    if (response === undefined) continue;
    answers.set(key.toLowerCase(), { media: readContent(scope, response, "answer"), headers: readHeaders(scope, response) });
  }
  // An error page that cannot be checked is no reason to give up an operation whose good answers can.
  const usable = [...answers].some(([status, { media }]) => /^[23d]/.test(status) && (media.length === 0 || media.some(({ kind }) => kind !== "unsupported")));
  for (const { media } of answers.values()) tellUnread(scope, media, "answer", usable);
  return answers;
}

function readHeaders(scope: Scope, response: Node): DeclaredAnswer["headers"] {
  const { headers } = response.value;
  if (!isJsonObject(headers)) return [];
  return Object.keys(headers).flatMap((name) => {
    // OpenAPI says that a header named Content-Type is ignored: the media types say it already.
    if (name.toLowerCase() === "content-type" || (name.startsWith("x-") && !isJsonObject(headers[name]))) return [];
    const header = take(scope, { file: response.file, pointer: join(response.pointer, "headers", name) }, "header");
    const read = header === undefined ? undefined : readDeclaration(scope, header, { name: name.toLowerCase(), in: "header" }, "answer");
    return read === undefined ? [] : [{ name: name.toLowerCase(), required: read.required, read: read.read }];
  });
}
