/**
 * Decisions: who may ask this policy what it would decide, and where (see hosts/decisions/).
 */
import { checked, count, fields, mapOf, optional, or, reason, type Shape, text } from "./shape.ts";

export interface DecisionsSettings {
  readonly address: string;
  readonly port: number;
  /** Why secrets of clients may travel to an address that others can reach. */
  readonly exposed: string | undefined;
  /** References to their secrets, by name. */
  readonly clients: ReadonlyMap<string, string>;
}

const CLIENT_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

export const decisionsShape: Shape<DecisionsSettings | undefined> = optional(
  checked(
    fields(
      {
        address: or(text("Address to listen on."), "127.0.0.1"),
        port: or(count("Port to listen on; 0 takes a free one.", { min: 0, max: 65_535 }), 8445),
        exposed: optional(reason("Why an address is listened on that others can reach: TLS must end in front of it.")),
        clients: mapOf("Who may ask, by name, with a reference to the bearer token of each: env:NAME or file:path.", text("A reference.", { max: 300, example: "env:DECISIONS_NGINX" })),
      },
      "Who may ask what this policy would decide, over OpenID AuthZEN 1.0; see `sallyport decide`.",
    ),
    (settings) => {
      const stray = [...settings.clients.keys()].find((name) => !CLIENT_NAME.test(name));
      if (settings.clients.size === 0) return { wrong: "nobody may ask", allowed: "clients: { <name>: <reference to a secret> }" };
      return stray === undefined ? { value: settings } : { wrong: `${JSON.stringify(stray)} is no name for a client`, allowed: "letters, digits, _ . and -" };
    },
  ),
);
