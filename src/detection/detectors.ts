/** Detectors: all of them, the most common attacks first. */
import type { Detector } from "./detector.ts";
import { address } from "./detectors/address.ts";
import { filename } from "./detectors/filename.ts";
import { java } from "./detectors/java.ts";
import { ldap } from "./detectors/ldap.ts";
import { lines } from "./detectors/lines.ts";
import { lookup } from "./detectors/lookup.ts";
import { markup } from "./detectors/markup.ts";
import { nosql } from "./detectors/nosql.ts";
import { object } from "./detectors/object.ts";
import { path } from "./detectors/path.ts";
import { prototype } from "./detectors/prototype.ts";
import { script } from "./detectors/script.ts";
import { shell } from "./detectors/shell.ts";
import { sql } from "./detectors/sql.ts";
import { template } from "./detectors/template.ts";
import { xpath } from "./detectors/xpath.ts";
import { xss } from "./detectors/xss.ts";

export const DETECTORS: readonly Detector[] = [sql, xss, path, shell, script, template, lookup, nosql, ldap, xpath, markup, java, object, prototype, lines, address, filename];
