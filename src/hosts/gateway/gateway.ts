/**
 * Gateway: Sallyport in front of an API in any language.
 *
 * One thread, or several behind one port. Start-up refuses to run as what it is not: each reason is one sentence, and
 * nothing listens before everything is understood.
 */
import path from "node:path";
import type { Misfit } from "../../contract/misfit.ts";
import type { House } from "../../doors/house.ts";
import { readPolicy } from "../../policy/read.ts";
import { openCrew, threadsOf } from "./crew/crew.ts";
import { listenMisfit, startMisfit } from "./listen.ts";
import { sayWhatWaits } from "./restart.ts";
import { openStation, type StationOptions } from "./station.ts";
import { openWatch } from "./watch.ts";

export { findListenMisfits } from "./listen.ts";

export interface Gateway {
  /** Where it listens, e.g. `https://127.0.0.1:8443`. */
  readonly url: string;
  readonly watchUrl: string | undefined;
  /** What is in force. */
  readonly house: () => House;
  /** Reads policy, contract and certificates anew. Answers the misfits when the old house stays. */
  readonly reload: () => Promise<readonly Misfit[]>;
  /** Lets exchanges in flight finish, then ends everything. Safe to call twice. */
  readonly stop: () => Promise<void>;
}

export type GatewayOptions = Omit<StationOptions, "sharedPort">;

export type Start = { readonly gateway: Gateway } | { readonly misfits: readonly Misfit[] };

/** What a gateway is made of: one station, or a crew of them. */
export interface Doors extends Pick<Gateway, "url" | "house" | "reload" | "stop"> {
  readonly metrics: () => Promise<string>;
  /** Whether a request would be taken now. */
  readonly ready: () => Promise<boolean>;
}

/** Reads the policy, opens the doors. All that stands in the way is answered as misfits. */
export async function startGateway(policyFile: string, options: GatewayOptions): Promise<Start> {
  const insecure = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].some((flag) => flag.includes("insecure-http-parser"));
  if (insecure) return { misfits: [startMisfit({ file: path.resolve(policyFile), pointer: "" }, "refusing to start with --insecure-http-parser: it frames requests leniently")] };
  const threads = threadsOf(readPolicy(policyFile).policy?.settings.threads ?? 1);
  const doors = threads === 1 ? await openSingle(policyFile, options) : await openCrew(policyFile, threads, options);
  return "misfits" in doors ? doors : watchOver(doors);
}

async function openSingle(policyFile: string, options: GatewayOptions): Promise<Doors | { readonly misfits: readonly Misfit[] }> {
  const station = await openStation(policyFile, options);
  if ("misfits" in station) return station;
  const { url, assembly, stop } = station;
  const begun = assembly.engine.house.policy.settings;
  assembly.onReload(({ policy }) => sayWhatWaits(begun, policy.settings, options.say));
  return {
    url,
    house: () => assembly.engine.house,
    reload: () => Promise.resolve(assembly.reload()),
    metrics: () => Promise.resolve(assembly.metrics.write()),
    ready: () => Promise.resolve(assembly.audit.ready()),
    stop,
  };
}

async function watchOver(doors: Doors): Promise<Start> {
  const { policy } = doors.house();
  const place = policy.settings.watch;
  try {
    const watch = place === undefined ? undefined : await openWatch({ ...place, metrics: doors.metrics, ready: doors.ready });
    let stopping: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      watch?.leave();
      return (stopping ??= doors.stop().then(() => watch?.close()));
    };
    return { gateway: { ...doors, watchUrl: watch?.url, stop } };
  } catch (fault) {
    await doors.stop();
    return { misfits: [listenMisfit(policy, "/watch", place?.address ?? "", place?.port ?? 0, fault)] };
  }
}
