/** Example: what is to know of a small API that stands here, by whoever starts it, or attacks it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Issuer } from "./tokens.ts";

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** The API in this process, with its books open to whoever wants to see what came of a request. */
export interface Opened<Books> {
  readonly books: Books;
  readonly serve: Listener;
  readonly close: () => void;
}

/** A command to paste, and what comes of it. */
export interface Trial {
  /** "404 from owner: ...": the status, the guard that gives it, and why. */
  readonly about: string;
  /** The name of a caller's token file; left out for a stranger. */
  readonly as?: string;
  /** GET, or POST where there is a body, unless it says otherwise. */
  readonly method?: string;
  /** Path and query, ready for a double-quoted word of a shell. */
  readonly target: string;
  /** Sent as JSON. */
  readonly body?: string;
}

export interface Example<Books = unknown> {
  readonly name: string;
  /** "the bank". */
  readonly title: string;
  /** Where `openapi.yaml`, `policy.yaml` and the program `<name>.ts` lie. */
  readonly folder: string;
  readonly issuer: Issuer;
  /** What its directory knows of a subject, as it stands in the subject's tokens. */
  readonly claimsOf: (subject: string) => Readonly<Record<string, unknown>>;
  /** What its issuer grants to a subject. */
  readonly scopesOf: (subject: string) => readonly string[];
  /** With books that are forgotten at the end. */
  readonly open: () => Opened<Books>;
  /** Who tries the commands, by the file in which their token lies. */
  readonly callers: Readonly<Record<string, { readonly subject: string; readonly scopes: readonly string[] }>>;
  readonly trials: readonly Trial[];
}
