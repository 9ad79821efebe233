/** Presented key: finds the one API key of a request where the contract says that it travels. */
import type { Arrival, Operation } from "../../../../guard.ts";

export interface ReadKey {
  readonly text: string;
  /** The header field that it came in, in lower case; undefined: it came in the query. */
  readonly field: string | undefined;
  /** Names of the schemes that a key there fulfils. */
  readonly schemes: readonly string[];
}

export type PresentedKey = ReadKey | { readonly malformed: string };

type Scheme = NonNullable<Operation["security"]>[number][number]["scheme"];

/** The contract's apiKey schemes at an operation, each once. */
export function keySchemes({ security = [] }: Pick<Operation, "security">): readonly Scheme[] {
  const schemes = security.flat().map(({ scheme }) => scheme).filter(({ type }) => type === "apiKey");
  return [...new Map(schemes.map((scheme) => [scheme.name, scheme])).values()];
}

/** One place in a request, and the schemes that a key there fulfils. */
interface Spot {
  readonly place: "header" | "query";
  readonly name: string;
  readonly schemes: readonly string[];
}

/** @param schemes those that the guard establishes: in headers, or in the query where that is allowed */
export function keyReader(schemes: readonly Scheme[]): (exchange: Pick<Arrival, "request">) => PresentedKey | undefined {
  const spots = new Map<string, Spot>();
  for (const { name: scheme, in: place, parameter = "" } of schemes) {
    if (place !== "header" && place !== "query") continue;
    const name = place === "header" ? parameter.toLowerCase() : parameter;
    const known = spots.get(`${place} ${name}`);
    spots.set(`${place} ${name}`, { place, name, schemes: [...(known?.schemes ?? []), scheme] });
  }
  const list = [...spots.values()];
  return ({ request }) => {
    let found: PresentedKey | undefined;
    for (const { place, name, schemes: fulfilled } of list) {
      const first = place === "header" ? request.fields.one(name) : request.query.find(([given]) => given === name)?.[1];
      if (first === undefined) continue;
      const times = place === "header" ? request.fields.count(name) : request.query.filter(([given]) => given === name).length;
      // Two keys, or one twice: the API behind could take another one for the one that was checked.
      if (times > 1 || found !== undefined) return { malformed: "several keys" };
      found = { text: first, field: place === "header" ? name : undefined, schemes: fulfilled };
    }
    return found;
  };
}
