/** Restart: what of a policy is in force only from the next start on, although its file has been read again. */
import { isDeepStrictEqual } from "node:util";
import type { Settings } from "../../policy/policy.ts";
import type { Say } from "../../watch/operations.ts";

/** Read once, when the doors open: sockets, threads, files and connections are made of it. */
const AT_START: Readonly<Record<string, (settings: Settings) => unknown>> = {
  "listen.address": ({ listen }) => listen.address,
  "listen.port": ({ listen }) => listen.port,
  "listen.tls": ({ listen }) => listen.tls === undefined,
  upstream: ({ upstream }) => upstream === undefined,
  threads: ({ threads }) => threads,
  audit: ({ audit }) => audit,
  watch: ({ watch }) => watch,
  drain: ({ drain }) => drain,
};

/** Names of settings that differ from those that the doors were opened with. */
export function settingsThatWait(begun: Settings, now: Settings): readonly string[] {
  return Object.entries(AT_START).flatMap(([name, read]) => (isDeepStrictEqual(read(begun), read(now)) ? [] : [name]));
}

export function sayWhatWaits(begun: Settings, now: Settings, say: Say): void {
  const settings = settingsThatWait(begun, now);
  if (settings.length > 0) say("warning", "some of what has changed waits for a restart", { settings });
}
