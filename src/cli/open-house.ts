/** Open house: policy and contract understood as the gateway would, with nothing listening and nothing fetched. */
import type { Misfit } from "../contract/misfit.ts";
import { GUARDS } from "../doors/guards.ts";
import { buildHouse, type House } from "../doors/house.ts";
import { openShared } from "../doors/shared.ts";
import { findListenMisfits } from "../hosts/gateway/gateway.ts";
import { openLine } from "../hosts/line.ts";
import { holdDatabase } from "../stores/database/hold-database.ts";
import { holdStore } from "../stores/hold-store.ts";
import { placeMisfits } from "./tell-misfits.ts";

export interface Understood {
  /** undefined when an error stands in the way. */
  readonly house: House | undefined;
  /** Everything that was found, in the order of the files. */
  readonly misfits: readonly Misfit[];
}

/**
 * Reads and compiles everything, and lets go of what was opened for it.
 *
 * @param servers false: limits are kept in this process's own memory alone, whatever the policy says
 */
export function openHouse(policyFile: string, { servers = true }: { readonly servers?: boolean } = {}): Understood {
  const shared = openShared();
  const memory = holdStore();
  const databases = holdDatabase();
  const building = buildHouse(policyFile, { guards: GUARDS, openStore: servers ? memory.open : (wishes, folder) => memory.open({ ...wishes, redis: undefined }, folder), shared, openDatabase: databases.open, openLine });
  void memory.close();
  shared.close();
  if ("misfits" in building) return { house: undefined, misfits: placeMisfits(building.misfits, policyFile) };
  const { house } = building;
  const unfit = findListenMisfits(house.policy);
  return { house: unfit.length === 0 ? house : undefined, misfits: placeMisfits([...house.warnings, ...unfit], policyFile) };
}
