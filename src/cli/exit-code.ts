/** Exit code: how a command ended, for scripts that ask. */

export const EXIT = {
  /** All is well. */
  fine: 0,
  /** The command did its work and the answer is no, or the work failed. */
  refused: 1,
  /** The command line was wrong. */
  usage: 2,
  /** What the command needs is not there or does not fit: nothing was begun. */
  start: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** For help and manual. */
export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: "fine",
  1: "refused or failed",
  2: "wrong usage",
  3: "cannot start",
};
