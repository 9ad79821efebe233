/**
 * Bring: loads a package that only some policies need, at the moment at which a policy needs it.
 *
 * Start-up is synchronous: whoever writes `app.use(sallyport("policy.yaml"))` has guarded routes on the next line, or an
 * error. So packages come by `require`, which takes ES modules too, unless they wait for something while they load;
 * those belong into a worker.
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/**
 * The package's exports; name their type by `import type * as`.
 *
 * @throws when the package is not installed
 */
export function bring<T>(name: string): T {
  // What a package exports is known to its types alone.
  return require(name) as T;
}
