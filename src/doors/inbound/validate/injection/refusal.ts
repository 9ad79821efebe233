/** Refusal: all that was found in one request, as one problem: the field for the caller, rule and view for the operator. */
import { type JsonObject, type Particulars, type Problem, problem } from "../../../../guard.ts";
import { tellFinding, tellPointer } from "../../../told-pointer.ts";
import type { Suspicion } from "./search.ts";

type Declared = (particulars?: Particulars) => Problem;

const injectionSuspected: Declared = problem("injection-suspected", 400, "The request holds text that is not accepted here");
export const tooMuchText: Declared = problem("free-text-too-long", 413, "The request holds more free text than is looked at here");

export function refuseSuspicions(found: readonly Suspicion[]): Problem {
  return injectionSuspected({
    extra: { errors: found.map((one) => ({ ...placeOf(one), message: tellFinding({ pointer: one.pointer, message: "holds text that is not accepted here" }).message })) },
    because: { findings: found.map((one) => ({ ...placeOf(one), rule: one.rule, view: one.view })) },
  });
}

function placeOf({ in: place, name, pointer }: Suspicion): JsonObject {
  return { in: place, ...(name === undefined ? {} : { name }), pointer: tellPointer(pointer).pointer };
}
