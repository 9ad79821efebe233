/**
 * Way: from a station to the API: its connections, and the questions for its health.
 *
 * Other settings of the upstream, or another authority in the same file, are in force with the reload that brought them:
 * a new way is opened, and the old one is gone when the last answer on it is. Nobody is cut off, and nobody is sent to a place
 * that the policy does not name any more.
 */
import type { Policy } from "../../policy/policy.ts";
import { readAuthority, type UpstreamSettings } from "../../policy/upstream.ts";
import type { Say } from "../../watch/operations.ts";
import type { Forward } from "../carry.ts";
import { type Health, watchHealth } from "./health.ts";
import { openWireUpstream, type WireUpstream } from "./wire/upstream.ts";
import type { UpstreamLimits } from "./wire/upstream-limits.ts";

interface Road {
  /** All that it was made of, as one text. */
  readonly made: string;
  readonly upstream: WireUpstream;
  readonly health: Health | undefined;
}

export class Way {
  readonly #limits: Partial<UpstreamLimits>;
  readonly #say: Say;
  readonly #leaving = new Set<WireUpstream>();
  #road: Road;

  /** @param limits what differs from UPSTREAM_LIMITS, whatever the policy says */
  constructor(settings: UpstreamSettings, folder: string, limits: Partial<UpstreamLimits>, say: Say) {
    this.#limits = limits;
    this.#say = say;
    this.#road = this.#open(settings, authorityOf(settings, folder));
  }

  readonly forward: Forward = (exchange, receiver) => this.#road.upstream.forward(exchange, receiver);

  /** Connections to the API, those that still leave included, and requests that wait for one. */
  counts(): { readonly open: number; readonly waiting: number } {
    const all = [this.#road.upstream, ...this.#leaving].map((upstream) => upstream.counts());
    return { open: all.reduce((sum, { open }) => sum + open, 0), waiting: all.reduce((sum, { waiting }) => sum + waiting, 0) };
  }

  /** Targets that would be asked now. */
  up(): number {
    return this.#road.upstream.up();
  }

  /** A policy without an upstream leaves everything as it is: that one waits for a restart. */
  renew({ settings: { upstream: next }, folder }: Pick<Policy, "settings" | "folder">): void {
    const old = this.#road;
    if (next === undefined) return;
    const authority = authorityOf(next, folder);
    if (textOf(next, authority) === old.made) return;
    this.#road = this.#open(next, authority);
    this.#leaving.add(old.upstream);
    void old.health?.close();
    void old.upstream.retire().then(() => this.#leaving.delete(old.upstream));
  }

  async close(): Promise<void> {
    await this.#road.health?.close();
    await Promise.all([this.#road.upstream, ...this.#leaving].map((upstream) => upstream.close()));
  }

  #open(settings: UpstreamSettings, authority: string | undefined): Road {
    const { targets, breaker, connections, retries, reuse, health: rules } = settings;
    const upstream = openWireUpstream(targets, { breaker, connections, retries, reuse, ...(authority === undefined ? {} : { ca: authority }), ...this.#limits });
    const health = rules === undefined ? undefined : watchHealth(targets, rules, authority, (at, up) => {
      upstream.mark(at, up);
      this.#say(up ? "info" : "warning", up ? "a target of the API is well again" : "a target of the API is not well", { target: targets[at]?.host ?? "" });
    });
    return { made: textOf(settings, authority), upstream, health };
  }
}

function textOf(settings: UpstreamSettings, authority: string | undefined): string {
  return JSON.stringify([settings, authority]);
}

/** The house was built of this policy: the file could be read. */
function authorityOf(settings: UpstreamSettings, folder: string): string | undefined {
  const trust = readAuthority(settings, folder);
  return "pem" in trust ? trust.pem : undefined;
}
