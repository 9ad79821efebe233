/**
 * Attack: something that must work with a guard waived, and must not with the guard on; through every host.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type HostName, HOSTS, openPlace, type Place, type PlaceOptions } from "./place.ts";

export interface Attempt extends PlaceOptions {
  /** The guards that stop it. Without them it has to work. */
  readonly waive: readonly string[];
  /** Tries it. Says whether it worked; what fails on the way throws. */
  readonly run: (place: Place) => Promise<boolean>;
}

/** Each place is opened once per file, and shared by its attacks: books and all. */
const places = new Map<string, Promise<Place>>();

export function placeOf(name: HostName, options: PlaceOptions = {}): Promise<Place> {
  const key = `${name} ${(options.waive ?? []).join(" ")} ${options.change?.toString() ?? ""}`;
  let place = places.get(key);
  if (place === undefined) places.set(key, (place = openPlace(name, options)));
  return place;
}

after(async () => {
  for (const place of places.values()) await (await place).stop();
});

/** Two tests for each host: it works without the guards, and it does not with them. */
export function attack(title: string, { waive, run, change }: Attempt): void {
  const changed = change === undefined ? {} : { change };
  for (const name of HOSTS) {
    test(`${title}: open without ${waive.join(" and ")} (${name})`, async () => assert.ok(await tryIn(await placeOf(name, { waive, ...changed }), run), "an attack that never works proves nothing"));
    test(`${title}: closed (${name})`, async () => assert.ok(!(await tryIn(await placeOf(name, changed), run)), "the attack worked"));
  }
}

async function tryIn(place: Place, run: Attempt["run"]): Promise<boolean> {
  place.reached.length = 0;
  place.records.length = 0;
  place.instead = undefined;
  try {
    return await run(place);
  } finally {
    place.instead = undefined;
  }
}
