/** Detectors: all of them, the most common attacks first. */
import type { Detector } from "./detector.ts";
import { sql } from "./detectors/sql.ts";

export const DETECTORS: readonly Detector[] = [sql];
