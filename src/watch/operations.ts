/**
 * Operations log: what the house says of itself, as one JSON line per event on standard error.
 *
 * For the people who run it: starts, reloads, refused reloads, stops. Exchanges are the audit log's; nothing of a
 * caller's ever comes here.
 */
import type { Writable } from "node:stream";
import type { JsonObject } from "../contract/json-value.ts";

export type Severity = "info" | "warning" | "error";

export type Say = (severity: Severity, event: string, particulars?: JsonObject) => void;

/** @param people written as a sentence instead of JSON: for a terminal */
export function openOperationsLog(stream: Writable, people = false): Say {
  return (severity, event, particulars = {}) => {
    const time = new Date().toISOString();
    if (!people) return void stream.write(`${JSON.stringify({ time, severity, event, ...particulars })}\n`);
    const details = Object.entries(particulars).map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
    stream.write(`${time.slice(11, 19)} ${severity === "info" ? "" : `${severity}: `}${event}${details.length === 0 ? "" : ` (${details.join(", ")})`}\n`);
  };
}
