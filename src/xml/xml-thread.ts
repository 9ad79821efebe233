/**
 * XML thread: the one place in which libxml2 runs: a sandbox of WebAssembly, in a thread of its own, with a cap on its memory.
 *
 * One text at a time. No file, no network, no entity is within its reach: nothing is registered that could read one, and what has
 * a DOCTYPE is refused, although it has been refused before. What comes out is the canonical form, or a word that says why
 * there is none.
 */
import { parentPort, type MessagePort, workerData } from "node:worker_threads";

export interface XmlThreadData {
  /** Bytes that libxml2 may have. */
  readonly memoryBytes: number;
  /** Documents of each schema, its main one first, by the names under which they refer to each other. */
  readonly schemas: readonly XsdFiles[];
  /** Only for looking whether the schemas can be read: told once, then the thread ends. */
  readonly trial?: { readonly port: MessagePort; readonly done: Int32Array };
}

export interface XsdFiles {
  readonly key: string;
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

export interface XmlCall {
  readonly id: number;
  readonly bytes: Uint8Array;
  /** The schema to hold it to. */
  readonly schema: string | undefined;
}

/** Why there is no canonical form; `lines` where the schema is broken. `memory`: there is not enough. */
export interface XmlWrong {
  readonly wrong: "syntax" | "schema" | "memory";
  readonly lines: readonly number[];
}

/** `memoryBytes`: what libxml2 has taken so far. */
export type XmlReply = { readonly id: number; readonly memoryBytes: number } & ({ readonly canonical: string } | XmlWrong);

const data = workerData as XmlThreadData; // what this file's own readers hand over

const memory = { bytes: 0, denied: false };
capMemory(data.memoryBytes);
const { ParseOption, XmlBufferInputProvider, XmlC14NMode, XmlDocument, xmlRegisterInputProvider, XmlValidateError, XsdValidator } = await import("libxml2-wasm");

const OPTIONS = ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_IGNORE_ENC | ParseOption.XML_PARSE_NO_SYS_CATALOG;

const schemas = new Map(data.schemas.map(({ key, files }) => [key, openSchema(files)]));

if (data.trial !== undefined) {
  const { port, done } = data.trial;
  port.postMessage([...schemas].flatMap(([key, schema]) => ("wrong" in schema ? [{ key, wrong: schema.wrong }] : [])));
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
} else parentPort?.on("message", (call: XmlCall) => parentPort?.postMessage(answer(call)));

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow: (pages: number) => number;
}

/** Emscripten asks for more through this one function; a refusal makes the allocation fail, and with it the one document. */
function capMemory(most: number): void {
  const { prototype } = (Reflect.get(globalThis, "WebAssembly") as { readonly Memory: { readonly prototype: WasmMemory } }).Memory; // Node's own, whose types come with browsers'
  const { grow } = prototype;
  prototype.grow = function capped(this: WasmMemory, pages: number): number {
    memory.bytes = this.buffer.byteLength;
    memory.denied ||= memory.bytes + pages * 65_536 > most;
    if (memory.denied) throw new RangeError("no more memory for XML");
    return grow.call(this, pages);
  };
}

function openSchema(files: XsdFiles["files"]): { readonly schema: InstanceType<typeof XsdValidator> } | { readonly wrong: string } {
  const [main] = files;
  if (main === undefined) return { wrong: "there is no schema" };
  xmlRegisterInputProvider(new XmlBufferInputProvider(Object.fromEntries(files.map(({ name, text }) => [name, Buffer.from(text)]))));
  try {
    const document = XmlDocument.fromBuffer(Buffer.from(main.text), { url: main.name, option: OPTIONS });
    return { schema: XsdValidator.fromDoc(document) };
  } catch (fault) {
    return { wrong: fault instanceof Error ? (fault.message.split("\n", 1)[0] ?? "") : "unknown fault" };
  }
}

function answer({ id, bytes, schema }: XmlCall): XmlReply {
  let document: InstanceType<typeof XmlDocument> | undefined;
  try {
    document = XmlDocument.fromBuffer(bytes, { option: OPTIONS });
    if (document.dtd !== null) return { id, memoryBytes: memory.bytes, wrong: "syntax", lines: [] };
    if (schema !== undefined) validate(document, schema);
    const canonical = document.canonicalizeToString({ mode: XmlC14NMode.XML_C14N_1_0, withComments: false });
    return { id, memoryBytes: memory.bytes, canonical };
  } catch (fault) {
    const details = fault instanceof XmlValidateError ? fault.details : undefined;
    const wrong = memory.denied ? "memory" : details === undefined ? "syntax" : "schema";
    return { id, memoryBytes: memory.bytes, wrong, lines: (details ?? []).map(({ line }) => line) };
  } finally {
    document?.dispose();
  }
}

function validate(document: InstanceType<typeof XmlDocument>, key: string): void {
  const found = schemas.get(key);
  if (found === undefined || "wrong" in found) throw new Error("there is no such schema");
  found.schema.validate(document);
}
