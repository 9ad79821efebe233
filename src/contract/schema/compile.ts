/**
 * Compile: a schema of the contract becomes a Validator.
 */
import type { Library, Spot } from "../library.ts";
import type { Report } from "../misfit.ts";
import type { Validator } from "../operation.ts";

export interface SchemaOptions {
  readonly library: Library;
  readonly dialect: "3.0" | "3.1" | "3.2";
  /** In a request `readOnly` properties are not the caller's to set; in an answer `writeOnly` ones may not leave. */
  readonly direction: "request" | "answer";
  readonly report: Report;
}

/** Compiles the schema at `spot`. Undefined after a misfit of level `operation` has been reported. */
export declare function compileSchema(spot: Spot, options: SchemaOptions): Validator | undefined;
