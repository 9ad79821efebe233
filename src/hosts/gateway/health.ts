/**
 * Health: asks each target now and then whether it is well, so that no caller has to find out.
 *
 * What changes a target's standing is several answers in a row. One that is down gets no requests while another is up;
 * where all are down, they are tried all the same: the question may be what is wrong.
 */
import { Pool } from "undici";
import type { HealthRules } from "../../policy/upstream.ts";

export interface Health {
  readonly close: () => Promise<void>;
}

/** Bytes of an answer that are read: it is its status that counts. */
const ANSWER_BYTES_MAX = 65_536;

/** @param mark is told when a target's standing changes */
export function watchHealth(targets: readonly URL[], rules: HealthRules, authority: string | undefined, mark: (at: number, up: boolean) => void): Health {
  const watches = targets.map((target, at) => watchTarget(target, rules, authority, (up) => mark(at, up)));
  return { close: () => Promise.all(watches.map((watch) => watch.close())).then(() => undefined) };
}

function watchTarget(target: URL, { path, every, timeout, down, up }: HealthRules, authority: string | undefined, mark: (up: boolean) => void): Health {
  const pool = new Pool(target.origin, { connections: 1, connect: { timeout, ...(authority === undefined ? {} : { ca: authority }) }, headersTimeout: timeout, bodyTimeout: timeout, maxResponseSize: ANSWER_BYTES_MAX });
  let isUp = true;
  /** Answers in a row that say the opposite. */
  let against = 0;
  let asking = false;

  const look = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    const well = await isWell(pool, `${target.pathname.replace(/\/$/, "")}${path}`, timeout);
    asking = false;
    against = well === isUp ? 0 : against + 1;
    if (against < (isUp ? down : up)) return;
    isUp = !isUp;
    against = 0;
    mark(isUp);
  };

  const timer = setInterval(() => void look(), every);
  timer.unref();
  void look();
  return {
    close() {
      clearInterval(timer);
      return pool.destroy();
    },
  };
}

async function isWell(pool: Pool, path: string, timeout: number): Promise<boolean> {
  try {
    const { statusCode, body } = await pool.request({ method: "GET", path, signal: AbortSignal.timeout(timeout) });
    await body.dump();
    return statusCode < 400;
  } catch {
    return false;
  }
}
