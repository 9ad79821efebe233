/**
 * Views: what callers with certain rights see of a body, as a blade that is ready to cut: one for each set of rights.
 */
import { type Blade, CUT, type Inside, KEEP } from "../../../../contract/carve/carve.ts";
import { NameTable } from "../../../../contract/carve/name-table.ts";
import { type PropertyNode, UNDECLARED } from "./property-tree.ts";

/**
 * @param bits how many rights there are: `held` of a view is below 2 to the power of it
 * @param cutsUndeclared whether members that nobody declared are cut
 * @returns by the rights that are held
 */
export function viewsOf(root: PropertyNode, bits: number, cutsUndeclared: boolean): readonly Blade[] {
  return Array.from({ length: 1 << bits }, (_, held) => viewOf(root, held | (cutsUndeclared ? 0 : UNDECLARED)));
}

type Growing = { -readonly [K in keyof Inside]: Inside[K] };

function viewOf(root: PropertyNode, held: number): Blade {
  const known = new Map<PropertyNode, Blade>();
  const bladeOf = (node: PropertyNode): Blade => {
    if ((node.needs & ~held) !== 0) return CUT;
    return (node.below & ~held) === 0 ? KEEP : (known.get(node) ?? lookInside(node));
  };
  const lookInside = (node: PropertyNode): Blade => {
    const blade: Growing = { kind: "inside", members: undefined, rest: KEEP, items: KEEP };
    known.set(node, blade);
    const { members, others, items, isNamed } = node;
    if (members.size > 0) blade.members = new NameTable(new Map([...members].map(([name, member]) => [name, bladeOf(member)])));
    const undeclared = isNamed && (UNDECLARED & ~held) !== 0 ? CUT : KEEP;
    if (others === undefined) blade.rest = undeclared;
    else {
      const other = bladeOf(others.node);
      const { claims } = others;
      blade.rest = claims === undefined ? other : (name) => (claims(name) ? other : undeclared);
    }
    if (items !== undefined) blade.items = bladeOf(items);
    return blade;
  };
  // The body as a whole is nobody's property.
  return (root.below & ~held) === 0 ? KEEP : lookInside(root);
}
