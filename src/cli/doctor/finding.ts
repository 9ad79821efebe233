/** Finding: one thing that was looked at, how it is, and what to do about it. */

/** `doubtful`: it works, and may not do what was meant. `bad`: it does not work, or protects nobody. */
export type Health = "fine" | "doubtful" | "bad";

export interface Finding {
  readonly health: Health;
  /** What was looked at, in a word or two. */
  readonly about: string;
  readonly found: string;
  readonly advice?: string;
}

export function fine(about: string, found: string): Finding {
  return { health: "fine", about, found };
}

export function doubtful(about: string, found: string, advice: string): Finding {
  return { health: "doubtful", about, found, advice };
}

export function bad(about: string, found: string, advice: string): Finding {
  return { health: "bad", about, found, advice };
}
