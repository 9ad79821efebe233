/**
 * Upload: a file that comes in is what it says it is, and does nothing to whoever stores, opens or unpacks it.
 *
 * Of the files that `body` has found in a form, and of those that the contract says to stand in base64 in a text of any body
 * (`contentEncoding`, or `format: byte` before it, with `contentMediaType`): their number and size; names that are names (no path, no device, no hidden
 * file, no character that cannot be seen, as they stand and as somebody behind would decode them); no extension of something
 * that is run, unless `extensions` names it; extension, content type and content that speak of the same; no picture with a script in it. Archives,
 * in a form or as a whole body, are looked into without being unpacked: names that lead out, links, two files of one name,
 * files that overlap, more than is allowed once unpacked, other archives. What cannot be looked into is refused, unless
 * `unread` says why not. A body that streams on is held for that only if it begins as an archive does.
 *
 * Answers API4:2023, unrestricted resource consumption, and API8:2023, security misconfiguration. See CWE-434, CWE-22 and
 * CWE-409, and RFC 7578, sections 4.2 and 7.
 */
import type { FilePart } from "../../../contract/media/decode.ts";
import { SIGNATURE_BYTES } from "../../../contract/media/signature.ts";
import { mediaChoice } from "../../media-choice.ts";
import { checked, count, defineGuard, fields, type Finding, type Guard, type Inspected, listOf, oneOf, optional, or, type Problem, problem, reason, size, text } from "../../../guard.ts";
import { locate, tellFindings } from "./invalid.ts";
import { archiveFault, type ArchiveFault, archiveFormat } from "./upload/archive.ts";
import { type Embedded, findEmbedded, mayEmbed, NOTHING_EMBEDDED } from "./upload/embedded-files.ts";
import { nameFault } from "./upload/file-name.ts";
import { typeFault } from "./upload/file-type.ts";

const uploadRefused = problem("upload-refused", 400, "The file is not accepted");

const extension = checked(text("An extension.", { max: 20, example: "pdf" }), (written) => (/^[a-z0-9]{1,20}$/.test(written) ? { value: written } : { wrong: "not an extension", allowed: "letters and digits in lower case, without the full stop" }));

export const upload: Guard = defineGuard({
  name: "upload",
  stage: "validate",
  risks: ["API4:2023", "API8:2023"],
  standing: true,

  options: fields({
    files: or(count("Files of one request.", { min: 1, max: 10_000 }), 20),
    size: or(size("Bytes of one file.", { min: "1B" }), "1GiB"),
    extensions: or(listOf("Extensions that a file may have; when empty all but those of something that is run.", extension, { max: 200 }), []),
    archives: or(oneOf("Whether archives are looked into or not taken at all.", ["inspect", "refuse"]), "inspect"),
    entries: or(count("Files in one archive.", { min: 1, max: 65_534 }), 1_000),
    unpacked: or(size("Bytes of an archive once it is unpacked.", { min: "1KiB" }), "256MiB"),
    ratio: or(count("Unpacked bytes for each packed one.", { min: 1, max: 10_000 }), 100),
    levels: or(count("Archives within archives: 0 for none; 1 lets them be, unread.", { min: 0, max: 1 }), 0),
    unread: optional(reason("Why archives that cannot be looked into are let through.")),
  }),

  compile({ files: filesMax, size: bytesMax, extensions, archives, entries, unpacked, ratio, levels, unread }, { operation }) {
    if (operation.listed === "operation" && operation.body === undefined) return undefined;
    const allowed = new Set(extensions);
    const bounds = { entries, unpackedBytes: unpacked, ratio, levels };

    const look = async (bytes: Uint8Array): Promise<string | undefined> => {
      if (archives === "refuse" && archiveFormat(bytes) !== undefined) return "is an archive";
      const fault: ArchiveFault | undefined = await archiveFault(bytes, bounds);
      return fault?.unreadable === true && unread !== undefined ? undefined : fault?.wrong;
    };
    const judge = async (file: FilePart, among: ReadonlySet<string>): Promise<readonly Finding[]> => {
      const { filename, bytes, pointer } = file;
      // A browser sends a field without a file as a file without a name and without a byte.
      if (filename === "" && bytes.byteLength === 0) return [];
      const wrong = bytes.byteLength > bytesMax ? "is too large" : ((filename === undefined ? undefined : nameFault(filename)) ?? typeFault(file, among) ?? (await look(bytes)));
      return wrong === undefined ? [] : [{ pointer, keyword: "upload", message: wrong }];
    };
    const whole = async (exchange: Inspected): Promise<Problem | undefined> => {
      const head = await exchange.content.begin(SIGNATURE_BYTES);
      if (!(head instanceof Uint8Array)) return head;
      if (archiveFormat(head) === undefined) return undefined;
      const bytes = await exchange.content.read();
      if (!(bytes instanceof Uint8Array)) return bytes;
      const wrong = await look(bytes);
      return wrong === undefined ? undefined : refuse([{ pointer: "", keyword: "upload", message: wrong }]);
    };

    const judgeAll = (named: readonly FilePart[], { files, findings }: Embedded): Problem | undefined | Promise<Problem | undefined> => {
      // Bytes of which nobody says what they are may be keys or digests, of which there are many. None of these has an extension.
      if (named.length + files.filter(({ type }) => type !== "").length > filesMax) return refuse([{ pointer: "", keyword: "upload", message: "holds too many files" }]);
      if (named.length + files.length === 0) return findings.length === 0 ? undefined : refuse(findings);
      const judged = [...named.map((file) => judge(file, allowed)), ...files.map((file) => judge(file, new Set()))];
      return Promise.all(judged).then((wrong) => [...findings, ...wrong.flat()]).then((wrong) => (wrong.length === 0 ? undefined : refuse(wrong)));
    };
    const embedding = new Set((operation.body?.media ?? []).flatMap(({ validator }) => (validator?.leaf !== undefined && mayEmbed(validator.leaf) ? [validator] : [])));
    const choose = embedding.size === 0 ? undefined : mediaChoice(operation.body?.media);

    return (exchange) => {
      const { content } = exchange;
      const chosen = choose?.(exchange.request.fields);
      const leaf = chosen !== undefined && "kind" in chosen && chosen.validator !== undefined && embedding.has(chosen.validator) ? chosen.validator.leaf : undefined;
      // A JSON text of which the contract does not say so holds no files, and is no archive.
      if (content.vouched && leaf === undefined) return undefined;
      const { value, files, declared } = content;
      if (value === undefined || (typeof value === "string" && leaf === undefined)) return declared === 0 ? undefined : whole(exchange);
      return judgeAll(files, leaf === undefined ? NOTHING_EMBEDDED : findEmbedded(value, leaf));
    };
  },
});

function refuse(findings: readonly Finding[]): Problem {
  return uploadRefused(tellFindings(locate(findings, { in: "body" })));
}
