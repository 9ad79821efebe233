/** Bring: packages that only the comparison needs, from the folder `bench`, where `node bench/install.ts` puts them. */
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.resolve(import.meta.dirname, "../../bench/package.json"));

/** undefined: it is not installed. The type is the caller's knowledge of the package. */
export function bring<T>(name: string): T | undefined {
  try {
    return require(name) as T;
  } catch {
    return undefined;
  }
}
