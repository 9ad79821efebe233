/** Guard parameters: a parameter that is an object has only the members that the contract names, as a body has. */
import type { Json } from "../../../../contract/json-value.ts";
import type { Sketch } from "../../../../contract/sketch/sketch.ts";
import type { Operation, Site } from "../../../../guard.ts";
import { type Located, locate } from "../../../inbound/validate/invalid.ts";
import type { PropertyOptions } from "./options.ts";
import { growTree, type PropertyNode, UNDECLARED } from "./property-tree.ts";
import { Rights } from "./rights.ts";
import { findTrespasses } from "./trespass.ts";

/** `values`: in the order of the operation's parameters. */
export type ParametersJudge = (values: readonly (Json | undefined)[]) => readonly Located[];

/** undefined: no parameter has members that nobody named. */
export function guardParameters({ undeclared }: PropertyOptions, site: Site): ParametersJudge | undefined {
  if (undeclared.sent === "contract") return undefined;
  const guarded = site.operation.parameters.flatMap((parameter, index) => {
    const root = parameter.sketch === undefined ? undefined : treeOf(parameter.sketch, undeclared.sent === "opened", site);
    return root === undefined ? [] : [{ index, root, place: placeOf(parameter) }];
  });
  if (guarded.length === 0) return undefined;
  return (values) => guarded.flatMap(({ index, root, place }) => {
    const value = values[index];
    if (typeof value !== "object" || value === null) return [];
    return locate(findTrespasses(value, root, ~UNDECLARED).map(({ pointer }) => ({ pointer, keyword: "undeclared", message: "is not a member that the contract knows" })), place);
  });
}

/** Rights are asked for bodies alone. */
function treeOf(sketch: Sketch, opens: boolean, site: Site): PropertyNode | undefined {
  if (sketch.ajar === undefined) return undefined;
  const root = growTree(sketch, { rights: new Rights(site), extension: "", never: undefined, rules: [], cuts: false, opens, complain: site.report });
  return root.below === 0 ? undefined : root;
}

function placeOf({ in: place, name }: Operation["parameters"][number]): Pick<Located, "in" | "name"> {
  return { in: place, name };
}
