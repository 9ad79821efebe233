/** Outlook: what each caller may see of each answer of an operation. */
import { type Blade, KEEP } from "../../../../contract/carve/carve.ts";
import type { DeclaredAnswer } from "../../../../contract/operation.ts";
import type { Answered, Principal, Site } from "../../../../guard.ts";
import { type Chosen, type MediaChoice, mediaChoice } from "../../../media-choice.ts";
import { declaredAnswer } from "../../verify/declared-answers.ts";
import type { PropertyOptions } from "./options.ts";
import type { PropertyNode } from "./property-tree.ts";
import { holding } from "./rights.ts";
import { growTrees } from "./trees.ts";
import { viewsOf } from "./views.ts";

export interface Seen {
  readonly blade: Blade;
  readonly root: PropertyNode;
  /** Bits of the rights that the caller has. */
  readonly held: number;
  readonly chosen: Chosen;
}

export interface Outlook {
  /** undefined: everything of this answer is for everybody. `unknown`: it cannot be told which of the declared ones it is. */
  readonly look: (exchange: Answered) => Seen | "unknown" | undefined;
  /** Whether something in any answer is not for this caller. */
  readonly seesLess: (principal: Principal | undefined) => boolean;
  /** Whether callers see different things: else the answers are the same for all. */
  readonly differs: boolean;
}

/** undefined: nothing is asked for. */
export function openOutlook(options: PropertyOptions, site: Site): Outlook | undefined {
  const { operation, identity } = site;
  const answers = [...operation.answers.values()];
  const trees = growTrees("read", answers.flatMap(({ media }) => media), options, site);
  if (trees === undefined) return undefined;
  const { roots, rights } = trees;
  const cuts = options.undeclared.answered === "remove";
  const bits = rights.isTooMany ? 0 : rights.list.length;
  const views = new Map([...roots].map(([validator, root]) => [validator, { root, blades: viewsOf(root, bits, cuts) }]));
  const choices = new Map<DeclaredAnswer, MediaChoice>(answers.filter(({ media }) => media.some(({ validator }) => validator !== undefined && roots.has(validator))).map((answer) => [answer, mediaChoice(answer.media)]));
  const holds = holding(rights, identity);
  const less = Array.from({ length: 1 << bits }, (_, held) => [...views.values()].some(({ blades }) => blades[held] !== KEEP));
  return {
    differs: bits > 0,
    seesLess: (principal) => less[holds(principal)] ?? true,
    look: (exchange) => {
      const declared = declaredAnswer(exchange);
      // Of an answer that nobody declared, nobody said what in it is for whom.
      if (declared === undefined) return "unknown";
      const choose = choices.get(declared);
      if (choose === undefined) return undefined;
      const chosen = choose(exchange.answer.fields);
      if ("wrong" in chosen) return "unknown";
      const view = chosen.validator === undefined ? undefined : views.get(chosen.validator);
      if (view === undefined) return undefined;
      const held = holds(exchange.principal);
      const blade = view.blades[held];
      return blade === undefined ? "unknown" : { blade, root: view.root, held, chosen };
    },
  };
}
