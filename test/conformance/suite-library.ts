/** Suite library: one schema of a suite as a contract's file, with the suite's remote schemas where it expects them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Meta } from "typebox/schema";
import { follow, readPointer } from "../../src/contract/json-pointer.ts";
import type { Json } from "../../src/contract/json-value.ts";
import type { Library, Spot } from "../../src/contract/library.ts";

const ROOT = "/suite/schema.json";
const REMOTE = "http://localhost:1234/";

/** `remotes` is the suite's folder of schemas that stand for the network. */
export function suiteLibrary(schema: Json, remotes: string): Library {
  const files = new Map<string, Json>([[ROOT, schema]]);
  const load = (uri: string): Json | undefined => {
    const known: unknown = Object.entries(Meta).find(([name]) => name === uri)?.[1];
    if (known !== undefined) return JSON.parse(JSON.stringify(known)) as Json; // a metaschema is JSON
    const path = join(remotes, uri.slice(REMOTE.length));
    if (!uri.startsWith(REMOTE) || !existsSync(path)) return undefined;
    return JSON.parse(readFileSync(path, "utf8")) as Json; // what JSON.parse gives is Json
  };
  const at = ({ file, pointer }: Spot): Json | undefined => {
    const value = files.get(file);
    const keys = readPointer(pointer);
    return value === undefined || keys === undefined ? undefined : follow(value, keys);
  };
  return {
    root: ROOT,
    files: [ROOT],
    at,
    place: (spot) => spot,
    resolve: (reference) => {
      const value = load(reference);
      if (value === undefined) return { wrong: `${reference} is not served` };
      const file = `/suite/remote/${encodeURIComponent(reference)}`;
      files.set(file, value);
      return { file, pointer: "", value };
    },
  };
}
