/**
 * Trees: the property trees of an operation's bodies, one way or the other, where there is anything to keep in them.
 */
import { readMemberPath, type MemberPath } from "../../../../contract/member-path.ts";
import { findMember, isMissing } from "../../../../contract/sketch/find-member.ts";
import type { MediaType, Site } from "../../../../guard.ts";
import type { PropertyOptions } from "./options.ts";
import { growTree, listOf, type PropertyNode, UNDECLARED } from "./property-tree.ts";
import { type Right, Rights, RIGHTS_MAX } from "./rights.ts";

type Validator = NonNullable<MediaType["validator"]>;

export interface Trees {
  readonly rights: Rights;
  /** By what a chosen body is known by. */
  readonly roots: ReadonlyMap<Validator, PropertyNode>;
  /** Those of these bodies that say what is to be changed in something else. */
  readonly patches: ReadonlySet<Validator>;
}

type Way = "read" | "write";

/** undefined: nothing is asked for. What does not fit is reported. */
export function growTrees(way: Way, media: readonly MediaType[], options: PropertyOptions, site: Site): Trees | undefined {
  const { contract, operation, posted, report } = site;
  if (operation.listed !== "operation") return undefined;
  const rules = readRules(way, options[way], site.report);
  const guard = way === "read" ? "answer-body" : "body";
  const never = posted?.has(guard) === true ? undefined : way === "read" ? "writeOnly" : "readOnly";
  const closes = (way === "read" ? options.undeclared.answered : options.undeclared.sent) !== "contract";
  // Most contracts have no word of this: then nothing is drawn.
  if (rules.length === 0 && never === undefined && !closes && contract.mentions?.("x-sallyport-") === false) return undefined;
  const rights = new Rights(site);
  const roots = new Map<Validator, PropertyNode>();
  const patches = new Set<Validator>();
  const used = new Set<MemberPath>();
  for (const one of media) {
    const { validator, items, patched } = one;
    // A sequence is a list of its items, which have the schema.
    const sketch = items === undefined ? (patched ?? validator)?.sketch : items.validator?.sketch;
    if (validator === undefined || sketch === undefined || roots.has(validator)) continue;
    const here = rules.flatMap((rule) => {
      const path = items === undefined ? rule.path : rule.path[0]?.kind === "item" ? rule.path.slice(1) : undefined;
      if (path === undefined || isMissing(findMember(sketch, path))) return [];
      used.add(rule.path);
      return [{ path, right: rule.right }];
    });
    const tree = growTree(sketch, { rights, extension: `x-sallyport-${way}`, never, rules: here, cuts: way === "read", opens: way === "write" && options.undeclared.sent === "opened", complain: report });
    const root = items === undefined ? tree : listOf(tree);
    // What the schemas leave ajar is closed here; else they have done so themselves, where somebody holds bodies to them.
    const finds = closes && (never !== undefined || sketch.ajar !== undefined) ? root.below : root.below & ~UNDECLARED;
    if (finds === 0) continue;
    if (way === "read" && !isCarved(one)) report(`properties of ${one.range} cannot be taken out`, "JSON, or a type of its own for those who may see all");
    roots.set(validator, root);
    if (patched !== undefined) patches.add(validator);
  }
  for (const { path, text } of rules) if (!used.has(path)) report(`${way}: no ${way === "read" ? "answer" : "request"} of the operation has ${text}`, "a path that the contract has");
  if (rights.isTooMany) report(`more than ${RIGHTS_MAX} different rights in one operation`, "the same scopes and roles for several properties");
  return roots.size === 0 ? undefined : { rights, roots, patches };
}

/** JSON, alone or many of it. Events of a stream hold their data in lines of another form. */
function isCarved({ kind, range }: MediaType): boolean {
  return kind === "json" || (kind === "sequence" && range !== "text/event-stream");
}

function readRules(way: Way, written: ReadonlyMap<string, Right>, report: Site["report"]): readonly { readonly path: MemberPath; readonly right: Right; readonly text: string }[] {
  return [...written].flatMap(([text, right]) => {
    const read = readMemberPath(text);
    if ("path" in read) return [{ path: read.path, right, text }];
    report(`${way}: ${read.wrong}`, read.allowed);
    return [];
  });
}
