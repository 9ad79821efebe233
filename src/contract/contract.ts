/** Contract: an OpenAPI document as the doors use it: operations, a way to find them, and what did not fit. */
import type { Json } from "./json-value.ts";
import type { Misfit } from "./misfit.ts";
import type { Operation } from "./operation.ts";

export interface Contract {
  readonly title: string;
  readonly version: string;
  /** `3.0`, `3.1` or `3.2`. */
  readonly dialect: string;
  readonly file: string;
  readonly operations: readonly Operation[];
  readonly misfits: readonly Misfit[];
  /** Every file that was read, absolute: a change in any of them is a reason to reload. */
  readonly files: readonly string[];
  /** Text of the document's `info.description` and the like is not kept; extensions are, for policies to look at. */
  readonly extensions: Readonly<Record<string, Json>>;
  /** Whether a key that begins like this stands anywhere in its files. Worked out when first asked. */
  readonly mentions?: (prefix: string) => boolean;
}
