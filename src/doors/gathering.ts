/**
 * Gathering: what is wrong with a posting that stands at many operations, told once.
 *
 * What a guard under `everywhere` says against one operation it mostly says against all of them: a list of five hundred lines
 * hides the one that is different.
 */

/** Operations that are named in one misfit. */
export const NAMED_MAX = 3;

type Complain = (pointer: string, message: string, allowed?: string) => void;

interface Gathered {
  readonly pointer: string;
  readonly message: string;
  readonly allowed: string | undefined;
  readonly operations: Set<string>;
}

export class Gathering {
  readonly #gathered = new Map<string, Gathered>();

  /** @param operation its id */
  add(operation: string, pointer: string, message: string, allowed?: string): void {
    const key = JSON.stringify([pointer, message, allowed]);
    const known = this.#gathered.get(key);
    if (known === undefined) this.#gathered.set(key, { pointer, message, allowed, operations: new Set([operation]) });
    else known.operations.add(operation);
  }

  tell(complain: Complain): void {
    for (const { pointer, message, allowed, operations } of this.#gathered.values()) complain(pointer, `${name([...operations])}: ${message}`, allowed);
  }
}

/** What stands in for operations that the contract does not list has no id, and is not counted. */
function name(ids: readonly string[]): string {
  const operations = ids.filter((id) => id !== "");
  const [first = "what is not listed"] = operations;
  if (operations.length <= 1) return first;
  const more = operations.length - NAMED_MAX;
  return `${operations.length} operations (${operations.slice(0, NAMED_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""})`;
}
