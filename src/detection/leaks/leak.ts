/** Leak: what an answer may give away, by rule. */

/** From the one that tells most to the one that tells least. */
export const LEAK_RULES = ["private-key", "credential", "api-key", "token", "card", "database-error", "trace", "program-error", "source", "web-shell", "server-path", "internal-address"] as const;
export type LeakRule = (typeof LEAK_RULES)[number];

export interface Leak {
  readonly rule: LeakRule;
  /** Where it stands in the text. */
  readonly from: number;
  readonly to: number;
}
