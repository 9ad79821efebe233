/**
 * Evasions: the same attack, written so that who looks for its letters does not find them.
 *
 * Each is only put to families in which the attack stays one: a shell minds the case of its commands, and a browser knows no
 * comments of SQL.
 */
import { OVERLAP_CHARACTERS } from "../../../src/detection/look.ts";
import { READING_CHARACTERS_MAX } from "../../../src/detection/reading.ts";
import type { Attack } from "./attacks.ts";

export interface Evasion {
  readonly name: string;
  readonly families: readonly Attack["family"][];
  readonly write: (text: string) => string;
}

const ALL: readonly Attack["family"][] = ["sql", "xss", "shell", "path", "template", "lookup", "ldap", "nosql", "script"];

/** Every second letter large, outside of character references. */
function alternate(text: string): string {
  let count = 0;
  return text.replaceAll(/[a-z]/gi, (letter) => (count++ % 2 === 0 ? letter.toUpperCase() : letter.toLowerCase()));
}

function percent(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]/g, (letter) => encodeURIComponent(letter).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`).replaceAll(/^[-_.~]$/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`));
}

const PROSE = "The quick brown fox jumps over the lazy dog while nobody is looking, and then it rests. ";

/** What goes on behind a number goes on behind nothing else. */
const CONTINUES_NUMBER = /^(?:-?\d|\$\d)/;

function pad(before: number, behind: number): (text: string) => string {
  return (text) => (before > 0 && CONTINUES_NUMBER.test(text.trimStart()) ? text.trim() : PROSE.repeat(Math.ceil(before / PROSE.length)).slice(0, before) + text + PROSE.repeat(Math.ceil(behind / PROSE.length)).slice(0, behind));
}

/** What stands behind a text that needs its end: only in front may something be put. */
const BORDER = READING_CHARACTERS_MAX - OVERLAP_CHARACTERS;

export const EVASIONS: readonly Evasion[] = [
  { name: "case", families: ["sql", "xss"], write: alternate },
  { name: "comments", families: ["sql"], write: (text) => text.replaceAll(/(?<=\w) (?=[\w'(@])/g, "/**/") },
  { name: "comments with words", families: ["sql"], write: (text) => text.replaceAll(/(?<=\w) (?=[\w'(@])/g, "/*a fox*/") },
  { name: "comments that MySQL runs", families: ["sql"], write: (text) => text.replaceAll(/\b(union|select|sleep|drop|or|and)\b/g, "/*!50000$1*/") },
  { name: "comments to the end of a line", families: ["sql"], write: (text) => text.replaceAll(/(?<=\w) (?=[\w'(@])/g, "-- a fox\n") },
  { name: "vertical tabs and form feeds", families: ["sql"], write: (text) => text.replaceAll(/ (?!-)/g, "\v\f") },
  { name: "no-break spaces", families: ["sql"], write: (text) => text.replaceAll(/ (?!-)/g, "\u{a0}") },
  { name: "quotes within words", families: ["shell"], write: (text) => text.replaceAll(/\b(c)(at|url)\b|\b(w)(get|hoami)\b|\b(p)(ing)\b/g, (word) => `${word.charAt(0)}''${word.slice(1)}`) },
  { name: "backslashes within words", families: ["shell"], write: (text) => text.replaceAll(/\b(?:cat|curl|wget|whoami|ping|uname)\b/g, (word) => `${word.charAt(0)}\\${word.slice(1)}`) },
  { name: "the shell's own blanks", families: ["shell"], write: (text) => text.replaceAll(" ", "${IFS}") },
  { name: "tabs", families: ["sql", "xss", "shell"], write: (text) => text.replaceAll(" ", "\t") },
  { name: "line ends", families: ["sql", "xss"], write: (text) => text.replaceAll(/ (?!-)/g, "\n") },
  { name: "many blanks", families: ["sql", "xss", "shell"], write: (text) => text.replaceAll(" ", " ".repeat(50)) },
  { name: "percent-encoding", families: ALL, write: percent },
  { name: "percent-encoding twice", families: ALL, write: (text) => percent(percent(text)) },
  { name: "entities", families: ["xss", "sql"], write: (text) => text.replaceAll(/[<>"'()=]/g, (sign) => `&#${sign.charCodeAt(0)};`) },
  { name: "entities in hexadecimal without end", families: ["xss"], write: (text) => text.replaceAll(/[<>"'=]/g, (sign) => `&#x${sign.charCodeAt(0).toString(16)};`) },
  { name: "escapes", families: ["xss", "sql", "script", "template"], write: (text) => text.replaceAll(/[<>"'(={]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16).padStart(2, "0")}`) },
  { name: "full width", families: ["xss", "sql", "path"], write: (text) => text.replaceAll(/[<>'"=/]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)) },
  { name: "base64", families: ALL, write: (text) => Buffer.from(text).toString("base64") },
  { name: "slashes for blanks", families: ["xss"], write: (text) => text.replaceAll(/(<\w+) /g, "$1/") },
  { name: "a broken one in front", families: ["xss", "template", "lookup", "nosql"], write: (text) => `${text.slice(0, Math.ceil(text.length / 2))} ${text}` },
  { name: "padding behind", families: ["sql", "xss", "shell", "template", "lookup", "script"], write: (text) => pad(0, 3_000)(`${text} `) },
  { name: "padding in front", families: ["sql", "xss", "template", "lookup"], write: (text) => pad(3_000, 0)(` ${text}`) },
  { name: "across the border of pieces", families: ["sql", "xss", "template", "lookup"], write: (text) => pad(BORDER - 8, 9_000)(` ${text} `) },
  { name: "at the end of a piece", families: ["sql", "xss", "template", "lookup"], write: (text) => pad(READING_CHARACTERS_MAX - 8, 500)(` ${text} `) },
];
