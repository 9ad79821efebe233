/**
 * Base path: what stands in front of the paths of an operation: the path of the first server's URL.
 *
 * The nearest `servers` counts: at the operation, else at its path, else at the document.
 */
import { join } from "./json-pointer.ts";
import { type Json, isJsonObject, type JsonObject } from "./json-value.ts";
import type { Spot } from "./library.ts";
import type { Node } from "./reading.ts";

export interface BasePath {
  /** Without a slash at its end: `""` or `/v1`. */
  readonly path: string;
  readonly problems: readonly { readonly spot: Spot; readonly message: string; readonly grave: boolean }[];
}

/** Nodes from the nearest to the farthest. */
export function readBasePath(nodes: readonly Node[]): BasePath {
  const owner = nodes.find(({ value }) => Array.isArray(value["servers"]) && value["servers"].length > 0);
  if (owner === undefined) return { path: "", problems: [] };
  const servers = owner.value["servers"] as readonly Json[]; // it was found as a list
  const spot = { file: owner.file, pointer: join(owner.pointer, "servers", "0") };
  const paths = servers.map((server) => (isJsonObject(server) ? pathOf(server) : undefined));
  const [first] = paths;
  if (first === undefined) {
    return { path: "", problems: [{ spot, message: "the URL of the first server cannot be read: say `base` in the policy", grave: true }] };
  }
  if (paths.every((path) => path === first)) return { path: first, problems: [] };
  const message = `the servers have different base paths: that of the first, "${first}", is used; say \`base\` in the policy if it is another`;
  return { path: first, problems: [{ spot, message, grave: false }] };
}

/** Undefined where it cannot be known: no URL, a variable without a default, a path that is no plain path. */
function pathOf({ url, variables }: JsonObject): string | undefined {
  if (typeof url !== "string") return undefined;
  const known = isJsonObject(variables) ? variables : {};
  const written = url.replaceAll(/\{([^{}]*)\}/g, (_, name: string) => {
    const variable = Object.hasOwn(known, name) ? known[name] : undefined;
    const value = isJsonObject(variable) ? variable["default"] : undefined;
    return typeof value === "string" ? value : "{}";
  });
  // An unknown host does no harm: only the path counts.
  const path = cutPath(written);
  return path?.includes("{") === true ? undefined : path;
}

function cutPath(url: string): string | undefined {
  const bare = url.replace(/[?#].*$/s, "");
  // A colon in the first segment ends a scheme (RFC 3986, section 4.2), and a scheme without an authority has no path of ours.
  if (/^[a-z][a-z0-9+.-]*:(?!\/\/)/i.test(bare)) return undefined;
  const rest = bare.replace(/^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/]*/i, "");
  const path = rest.startsWith("/") || rest === "" ? rest : `/${rest.replace(/^\.\//, "")}`;
  const segments = path.split("/").filter((segment) => segment !== "");
  if (segments.some((segment) => segment === "." || segment === ".." || /[\s\\]/.test(segment))) return undefined;
  return segments.map((segment) => `/${segment}`).join("");
}
