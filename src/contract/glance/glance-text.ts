/**
 * Glance text: one look at the bytes of a JSON text, for those who would otherwise read it, check it and search it.
 */
import { isUtf8 } from "node:buffer";
import type { JsonBounds } from "../json.ts";
import { FreeSpots } from "./free-spots.ts";
import { Glance } from "./glance.ts";
import { OPEN_CHART, type Chart } from "./chart.ts";

/** What is known of a text that is sound and fits. */
export interface Glimpse {
  /** Which texts in it have to be looked at; undefined where nobody has noted them. */
  readonly spots: FreeSpots | undefined;
  /** Each member of each object in it has a name that the schema of its place declares. */
  readonly named: boolean;
}

/** Of a text that is sound, whatever else is in it. */
export const UNNOTED: Glimpse = { spots: undefined, named: false };

const FITS: Glimpse = { spots: undefined, named: true };

/** undefined is no answer: the text has to be read. Never throws. @param noting whether the chart knows which texts have to be looked at */
export function glanceAt(chart: Chart, bytes: Uint8Array, bounds: JsonBounds, noting: boolean): Glimpse | undefined {
  // Where names may come twice the last one counts: only a value shows which that is.
  if (!bounds.uniqueNames || !isUtf8(bytes)) return undefined;
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const spots = noting ? new FreeSpots(buffer) : undefined;
  const glance = new Glance(buffer, bounds, spots);
  try {
    if (!glance.fits(chart)) return undefined;
  } catch {
    // Out of steps, or of stack.
    return undefined;
  }
  if (spots !== undefined) return { spots, named: glance.named };
  return glance.named ? FITS : UNNOTED;
}

/** The same for a text of which the contract says nothing but that it is JSON. */
export function glanceAtAny(bytes: Uint8Array, bounds: JsonBounds): Glimpse | undefined {
  return glanceAt(OPEN_CHART, bytes, bounds, false);
}
