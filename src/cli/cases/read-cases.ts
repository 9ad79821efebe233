/**
 * Read cases: a file of cases becomes cases with their places, or misfits with theirs.
 */
import path from "node:path";
import type { Misfit, Place } from "../../contract/misfit.ts";
import { openLibrary } from "../../contract/open-library.ts";
import { misread } from "../../policy/shape.ts";
import { type Case, type CaseFile, type CasePrincipal, caseFileShape } from "./case-shape.ts";

export interface PlacedCase extends Omit<Case, "as"> {
  readonly as: CasePrincipal | undefined;
  readonly place: Place;
}

export interface ReadCases {
  readonly file: string;
  /** Absolute; undefined: the file names none. */
  readonly policy: string | undefined;
  readonly cases: readonly PlacedCase[];
}

export function readCases(file: string): ReadCases | { readonly misfits: readonly Misfit[] } {
  const absolute = path.resolve(file);
  const library = openLibrary(absolute);
  if ("wrong" in library) return { misfits: library.wrong };
  const placeOf = (pointer: string): Place => {
    // Of what is missing, the nearest thing around it that is there.
    let at = pointer;
    while (at !== "" && library.at({ file: absolute, pointer: at }) === undefined) at = at.slice(0, at.lastIndexOf("/"));
    return { ...library.place({ file: absolute, pointer: at }), pointer };
  };
  const misfits: Misfit[] = [];
  const report = (pointer: string, message: string, allowed?: string): void => void misfits.push({ level: "error", place: placeOf(pointer), message, ...(allowed === undefined ? {} : { allowed }) });
  const read = caseFileShape.read(library.at({ file: absolute, pointer: "" }) ?? null, { pointer: "", report });
  if (read === misread || misfits.length > 0) return { misfits };
  const cases = read.cases.map((one, at) => placeCase(one, `/cases/${at}`, read, placeOf, report));
  return misfits.length > 0 ? { misfits } : { file: absolute, policy: read.policy === undefined ? undefined : path.resolve(path.dirname(absolute), read.policy), cases };
}

function placeCase(one: Case, pointer: string, { principals }: CaseFile, placeOf: (pointer: string) => Place, report: (pointer: string, message: string, allowed?: string) => void): PlacedCase {
  const { as } = one;
  const principal = typeof as === "string" ? principals.get(as) : as;
  if (as !== undefined && principal === undefined) report(`${pointer}/as`, `there is no principal ${JSON.stringify(as)}`, [...principals.keys()].join(", "));
  return { ...one, as: principal, place: placeOf(pointer) };
}
