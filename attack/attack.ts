/**
 * Attack: something that must work with a guard waived, and must not with the guard on; through every host.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { bank } from "../examples/bank/example.ts";
import type { Ledger } from "../examples/bank/ledger.ts";
import type { Example } from "../examples/example.ts";
import { type HostName, HOSTS, openPlace, type Place, type PlaceOptions } from "./place.ts";

export interface Attempt<Books = Ledger> extends PlaceOptions {
  /** The guards that stop it. Without them it has to work. */
  readonly waive: readonly string[];
  /** Tries it. Says whether it worked; what fails on the way throws. */
  readonly run: (place: Place<Books>) => Promise<boolean>;
}

type PlaceOf<Books> = (name: HostName, options?: PlaceOptions) => Promise<Place<Books>>;

/** Each place of an example is opened once per file, and shared by its attacks: books and all. */
function placesOf<Books>(example: Example<Books>): PlaceOf<Books> {
  const places = new Map<string, Promise<Place<Books>>>();
  after(async () => {
    for (const place of places.values()) await (await place).stop();
  });
  return (name, options = {}) => {
    const key = `${name} ${(options.waive ?? []).join(" ")} ${options.change?.toString() ?? ""} ${options.rewrite?.toString() ?? ""}`;
    let place = places.get(key);
    if (place === undefined) places.set(key, (place = openPlace(example, name, options)));
    return place;
  };
}

/** Two tests for each host: it works without the guards, and it does not with them. */
function attackIn<Books>(placeOf: PlaceOf<Books>): (title: string, attempt: Attempt<Books>) => void {
  return (title, { waive, run, change, rewrite }) => {
    const changed = { ...(change === undefined ? {} : { change }), ...(rewrite === undefined ? {} : { rewrite }) };
    for (const name of HOSTS) {
      test(`${title}: open without ${waive.join(" and ")} (${name})`, async () => assert.ok(await tryIn(await placeOf(name, { waive, ...changed }), run), "an attack that never works proves nothing"));
      test(`${title}: closed (${name})`, async () => assert.ok(!(await tryIn(await placeOf(name, changed), run)), "the attack worked"));
    }
  };
}

/** Attacks on another example than the bank. */
export function attackOn<Books>(example: Example<Books>): (title: string, attempt: Attempt<Books>) => void {
  return attackIn(placesOf(example));
}

export const placeOf: PlaceOf<Ledger> = placesOf(bank);
export const attack: (title: string, attempt: Attempt) => void = attackIn(placeOf);

async function tryIn<Books>(place: Place<Books>, run: Attempt<Books>["run"]): Promise<boolean> {
  place.reached.length = 0;
  place.records.length = 0;
  place.instead = undefined;
  try {
    return await run(place);
  } finally {
    place.instead = undefined;
  }
}
