/** Upstream: where the API is, and what is done when it is not there. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { checked, count, duration, either, fields, listOf, oneOf, optional, or, type Shape, text, url } from "./shape.ts";

export interface BreakerRules {
  /** Percent of failures from which on a target is left alone. */
  readonly percent: number;
  /** So many requests at least have to be looked at. */
  readonly least: number;
  /** Milliseconds for which it is left alone at first; each time it fails again, twice as long. */
  readonly pause: number;
}

export interface HealthRules {
  readonly path: string;
  /** Milliseconds. */
  readonly every: number;
  readonly timeout: number;
  /** So many answers in a row change what is thought of a target. */
  readonly down: number;
  readonly up: number;
}

/** After which exchanges a connection is used again. */
export type Reuse = "usual" | "bodiless" | "never";

export interface UpstreamSettings {
  /** One at least; each with the same API behind it. */
  readonly targets: readonly URL[];
  /** File with the certificates that are trusted instead of the system's. */
  readonly authority: string | undefined;
  readonly health: HealthRules | undefined;
  readonly breaker: BreakerRules;
  /** To one target at once, of each thread. */
  readonly connections: number;
  /** Repeated requests, in percent of all. */
  readonly retries: number;
  readonly reuse: Reuse;
}

const targets = listOf("Where the API is: one place, or several that are all alike.", url("A place."), { min: 1, max: 100 });

const healthPath = checked(text("Path that is asked for.", { max: 500, example: "/healthz" }), (path) => (/^\/[!-~]*$/.test(path) ? { value: path } : { wrong: "not a path", allowed: "/name" }));

const long = fields(
  {
    targets,
    authority: optional(text("PEM file with the certificates that are trusted instead of the system's.")),
    health: optional(
      fields({
        path: healthPath,
        every: or(duration("Time between two questions to one target.", { min: "100ms", max: "1h" }), "5s"),
        timeout: or(duration("Longest time for an answer.", { min: "50ms", max: "1m" }), "2s"),
        down: or(count("Bad answers in a row after which a target gets no requests.", { min: 1, max: 100 }), 3),
        up: or(count("Good answers in a row after which it gets some again.", { min: 1, max: 100 }), 2),
      }, "Targets are asked whether they are well. Left out: what is thought of them comes from requests alone."),
    ),
    breaker: or(
      fields({
        percent: or(count("Percent of requests that fail, from which on a target is left alone.", { min: 1, max: 100 }), 50),
        least: or(count("Requests within ten seconds, fewer of which say nothing.", { min: 1, max: 10_000 }), 20),
        pause: or(duration("Time for which it is left alone; twice as long each time that it fails again, up to a minute.", { min: "100ms", max: "1m" }), "1s"),
      }, "When a target that fails is left alone for a while."),
      {},
    ),
    connections: or(count("Connections to one target at once, of each thread. Whoever comes when all are taken waits. A stream or a tunnel has its own for as long as it lasts.", { min: 1, max: 60_000 }), 1_024),
    retries: or(count("Percent of requests that may be repeated, of those that nobody can tell from one.", { min: 0, max: 100 }), 10),
    reuse: or(
      oneOf(
        "When a connection carries another request. usual: unless there is a sign that the API has not read a body. bodiless: not after a request with a body, for an API that may pass over bodies. never: each request has a connection of its own.",
        ["usual", "bodiless", "never"],
      ),
      "usual",
    ),
  },
  "Where the API is, in words.",
);

/** A URL, a list of them, or all that can be said. */
export const upstreamShape: Shape<UpstreamSettings | undefined> = optional(
  either(targets, long, (list) => {
    const filled = long.read({ targets: list.map(({ href }) => href) }, { pointer: "", report: () => undefined });
    return filled as UpstreamSettings; // URLs that were read once are read again, and the rest has defaults
  }),
);

/** The certificates that are trusted of the API, in PEM; undefined: the system's. */
export function readAuthority({ authority }: UpstreamSettings, folder: string): { readonly pem: string | undefined } | { readonly wrong: string; readonly allowed: string } {
  if (authority === undefined) return { pem: undefined };
  try {
    const pem = readFileSync(path.resolve(folder, authority), "utf8");
    // Throws where there is none.
    return { pem: new X509Certificate(pem).raw.byteLength > 0 ? pem : undefined };
  } catch {
    return { wrong: "the authority's file cannot be used", allowed: "a PEM file with certificates" };
  }
}
