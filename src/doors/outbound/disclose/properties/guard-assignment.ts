/** Guard assignment: callers set only what is theirs to set. */
import { type Check, type Inspected, type Particulars, type Problem, problem, type Site } from "../../../../guard.ts";
import { readValue, type Understood } from "../../../body-reading.ts";
import { refuseInvalid } from "../../../inbound/validate/invalid.ts";
import { tellPointer } from "../../../told-pointer.ts";
import { guardParameters } from "./guard-parameters.ts";
import { jsonBoundsOf } from "../../../json-options.ts";
import { mediaChoice } from "../../../media-choice.ts";
import type { PropertyOptions } from "./options.ts";
import { UNDECLARED } from "./property-tree.ts";
import { holding } from "./rights.ts";
import { growTrees } from "./trees.ts";
import { findPatchTrespasses } from "./patch-trespass.ts";
import { findTrespasses, type Trespass } from "./trespass.ts";

const propertyForbidden: (particulars?: Particulars) => Problem = problem("property-forbidden", 403, "Part of the body is not the caller's to set");

export function guardAssignment(options: PropertyOptions, site: Site): Check<"validate"> | undefined {
  const parameters = guardParameters(options, site);
  const body = guardBody(options, site);
  if (parameters === undefined) return body;
  return (exchange) => {
    const found = parameters(exchange.values);
    return found.length > 0 ? refuseInvalid(found) : body?.(exchange);
  };
}

function guardBody(options: PropertyOptions, site: Site): Check<"validate"> | undefined {
  const { body } = site.operation;
  const trees = growTrees("write", body?.media ?? [], options, site);
  if (body === undefined || trees === undefined) return undefined;
  const { roots, rights, patches } = trees;
  const choose = mediaChoice(body.media);
  const bounds = jsonBoundsOf(site, "body");
  const holds = holding(rights, site.identity);
  const leavesOpen = options.undeclared.sent === "contract" ? UNDECLARED : 0;

  return ({ content, request, principal }: Inspected): Problem | undefined | Promise<Problem | undefined> => {
    if (content.declared === 0) return undefined;
    const chosen = choose(request.fields);
    // What is of no declared type has been refused, unless nobody judges bodies here: then nobody can say what is in it.
    if ("wrong" in chosen) return propertyForbidden({ because: { reason: chosen.reason } });
    const root = chosen.validator === undefined ? undefined : roots.get(chosen.validator);
    if (root === undefined) return undefined;
    // Whoever judged the bytes has met no name that was not declared.
    if (content.named && (root.below & ~(UNDECLARED | holds(principal))) === 0) return undefined;
    const find = chosen.validator !== undefined && patches.has(chosen.validator) ? findPatchTrespasses : findTrespasses;
    const judge = (read: Understood): Problem | undefined => {
      if ("value" in read) return refuse(find(read.value, root, holds(principal) | leavesOpen));
      if (read.kind === "unread") return read.problem;
      return read.kind === "empty" ? undefined : propertyForbidden({ because: { reason: "the body cannot be read" } });
    };
    const read = readValue(content, chosen, bounds);
    return read instanceof Promise ? read.then(judge) : judge(read);
  };
}

/** Members that nobody declared are what every caller can see in the contract; of the others only the operator hears where they were. */
function refuse(trespasses: readonly Trespass[]): Problem | undefined {
  const forbidden = trespasses.filter(({ kind }) => kind === "forbidden");
  if (forbidden.length > 0) return propertyForbidden({ because: { pointers: forbidden.map(({ pointer }) => tellPointer(pointer).pointer) } });
  if (trespasses.length === 0) return undefined;
  return refuseInvalid(trespasses.map(({ pointer }) => ({ in: "body", pointer, keyword: "undeclared", message: "is not a member that the contract knows" })));
}
