/** Trip: one connection of a client to a destination, from its request to its record. */
import { randomUUID } from "node:crypto";
import type { AuditRecord } from "../../audit/record.ts";
import { type Problem } from "../../exchange/problem.ts";

export interface Trip {
  readonly id: string;
  client: string | undefined;
  /** Host and port. */
  destination: string | undefined;
  up: number;
  down: number;
  status: number;
  /** How to give it up. */
  abandon: () => void;
  /** Writes the record, once. `fault`: why it was refused, or ended early. */
  readonly end: (fault?: Problem) => void;
  readonly ended: () => boolean;
}

interface Beginning {
  readonly method: string;
  readonly address: string;
  readonly policy: string;
}

export function openTrip({ method, address, policy }: Beginning, conclude: (record: AuditRecord) => void): Trip {
  const begun = Date.now();
  let ended = false;
  const trip: Trip = {
    id: randomUUID(),
    client: undefined,
    destination: undefined,
    up: 0,
    down: 0,
    status: 0,
    abandon: () => undefined,
    ended: () => ended,
    end(fault) {
      if (ended) return;
      ended = true;
      conclude({
        time: new Date(begun).toISOString(),
        id: trip.id,
        outcome: fault === undefined ? "allowed" : trip.status === 0 || trip.status === fault.status ? "refused" : "failed",
        method: method.slice(0, 32),
        operation: "",
        template: "",
        ...(trip.destination === undefined ? {} : { destination: trip.destination }),
        status: trip.status === 0 ? (fault?.status ?? 0) : trip.status,
        address,
        ...(trip.client === undefined ? {} : { client: trip.client }),
        guard: "egress",
        ...(fault === undefined ? {} : { problem: fault.type, blame: fault.blame, ...(fault.because === undefined ? {} : { because: fault.because }) }),
        bytesIn: trip.up,
        bytesOut: trip.down,
        milliseconds: Date.now() - begun,
        policy,
      });
    },
  };
  return trip;
}
