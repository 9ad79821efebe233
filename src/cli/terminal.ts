/**
 * Terminal: where a command prints, and how.
 *
 * Colour only where people look and did not ask for none. Text that was written by others (a contract, a policy, a
 * file name) is shown with its control characters escaped: else a contract from elsewhere could repaint the screen,
 * or put words into the mouth of this program.
 */
import { styleText } from "node:util";
import { type AskSecret, secretAsker, type SecretSource } from "./ask-secret.ts";

export type Style = "good" | "bad" | "doubtful" | "strong" | "faint";

const FORMATS = { good: "green", bad: "red", doubtful: "yellow", strong: "bold", faint: "dim" } as const satisfies Record<Style, Parameters<typeof styleText>[0]>;

/** One of the two ways out. */
export interface Page {
  /** Whether people look at it. */
  readonly people: boolean;
  readonly style: (style: Style, text: string) => string;
  /** Writes one line. */
  readonly write: (line?: string) => void;
}

export interface Terminal {
  readonly out: Page;
  readonly error: Page;
  /** The folder that relative names start from. */
  readonly folder: string;
  readonly askSecret: AskSecret;
}

/** As much of a stream as printing needs. */
export interface Sheet {
  readonly isTTY?: boolean;
  readonly write: (text: string) => unknown;
}

export interface TerminalParts {
  readonly stdin?: (() => SecretSource) | undefined;
  readonly stdout: Sheet;
  readonly stderr: Sheet;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

export function openTerminal({ stdin, stdout, stderr, environment, folder }: TerminalParts): Terminal {
  // https://no-color.org: set and not empty.
  const plain = (environment["NO_COLOR"] ?? "") !== "" || environment["TERM"] === "dumb";
  return { out: openPage(stdout, !plain), error: openPage(stderr, !plain), folder, askSecret: secretAsker(() => stdin?.(), (text) => void stderr.write(text)) };
}

function openPage(sheet: Sheet, colourful: boolean): Page {
  const people = sheet.isTTY === true;
  return {
    people,
    style: (style, text) => (people && colourful ? styleText(FORMATS[style], text, { validateStream: false }) : text),
    write: (line = "") => void sheet.write(`${line}\n`),
  };
}

/** Controls (C0, DEL, C1), line separators, and marks that turn the direction of text around. */
const UNSEEN = /[\0-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;

/** Foreign text on one line, harmless to a terminal. */
export function plain(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

/** JSON whose text a terminal can show, too: the escapes are JSON's own. */
export function writeJson(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2);
  return text.replace(UNSEEN, (character) => (character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`));
}
