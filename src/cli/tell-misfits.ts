/** Tell misfits: each with its place, what is wrong there and what would be right; for people and for programs. */
import path from "node:path";
import { type Misfit, sortMisfits } from "../contract/misfit.ts";
import { readPolicy } from "../policy/read.ts";
import { type Page, plain, type Style } from "./terminal.ts";

/** A misfit as `--json` prints it. */
export interface ToldMisfit {
  readonly level: Misfit["level"];
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** JSON Pointer into the file. */
  readonly pointer: string;
  readonly message: string;
  readonly allowed?: string;
  readonly operation?: string;
}

const STYLES: Readonly<Record<Misfit["level"], Style>> = { error: "bad", operation: "doubtful", warning: "doubtful" };
const WORDS: Readonly<Record<Misfit["level"], string>> = { error: "error", operation: "refused", warning: "warning" };

/** "3 errors, 1 operation refused whole, 2 warnings" */
export function countMisfits(misfits: readonly Misfit[]): string {
  const words = { error: ["error", "errors"], operation: ["reason to refuse an operation", "reasons to refuse operations"], warning: ["warning", "warnings"] } as const;
  const parts = (["error", "operation", "warning"] as const).flatMap((level) => {
    const number = misfits.filter((misfit) => misfit.level === level).length;
    return number === 0 ? [] : [`${number} ${words[level][number === 1 ? 0 : 1]}`];
  });
  return parts.join(", ");
}

export function tellMisfits(misfits: readonly Misfit[], page: Page, folder: string): void {
  for (const { level, place, message, allowed, operation } of misfits) {
    const at = writePlace(place, folder);
    const whose = operation === undefined || message.includes(operation) ? "" : `${operation}: `;
    page.write(`${page.style("strong", plain(at))} ${page.style(STYLES[level], WORDS[level])}: ${plain(whose + message)}`);
    if (allowed !== undefined && allowed !== "") page.write(`    allowed: ${plain(allowed)}`);
  }
}

/** `policy.yaml:4:3`, seen from the folder in which the command was given. */
export function writePlace({ file, line, column, pointer }: Misfit["place"], folder: string): string {
  const near = path.relative(folder, file);
  const name = near.startsWith(`..${path.sep}..`) || near === "" ? file : near;
  const position = line === undefined ? "" : `:${line}${column === undefined ? "" : `:${column}`}`;
  return position === "" && pointer !== "" ? `${name} (${pointer})` : `${name}${position}`;
}

export function dataOfMisfits(misfits: readonly Misfit[]): readonly ToldMisfit[] {
  return misfits.map(({ level, place: { file, line, column, pointer }, message, allowed, operation }) => ({
    level,
    file,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    pointer,
    message,
    ...(allowed === undefined ? {} : { allowed }),
    ...(operation === undefined ? {} : { operation }),
  }));
}

/** Misfits that are found while starting know the pointer of their cause; its line is looked up here. */
export function placeMisfits(misfits: readonly Misfit[], policyFile: string): readonly Misfit[] {
  const file = path.resolve(policyFile);
  const lacking = misfits.some(({ place }) => place.file === file && place.line === undefined);
  if (!lacking) return misfits;
  const { complain } = readPolicy(file);
  return sortMisfits(misfits.map((misfit) => (misfit.place.file === file && misfit.place.line === undefined ? { ...misfit, place: complain(misfit.place.pointer, "").place } : misfit)));
}
