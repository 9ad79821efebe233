/**
 * Protected resource: this API as OAuth clients see it, and where they read about it (RFC 9728).
 *
 * Its name is the first of the addresses at which callers find this door. The metadata stands at that address with the
 * well-known part between host and path (section 3), so that a client that was sent elsewhere sees that the two differ.
 */

const WELL_KNOWN = "/.well-known/oauth-protected-resource";

export interface ResourcePlace {
  readonly resource: string;
  /** Canonical path of the metadata, as a request has it. */
  readonly path: string;
  readonly url: string;
}

/** undefined: nobody said where callers find this door. */
export function resourcePlace([resource]: readonly string[]): ResourcePlace | undefined {
  if (resource === undefined) return undefined;
  const { origin, pathname } = new URL(resource);
  const path = `${WELL_KNOWN}${pathname === "/" ? "" : pathname}`;
  return { resource, path, url: `${origin}${path}` };
}
