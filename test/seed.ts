/**
 * Seed: properties are tried with the same dice at each run, so that a run says something of the change and not of luck.
 *
 *     SALLYPORT_SEED=7 npm test
 *
 * throws other ones; the fuzzers do so for a stated time (`npm run fuzz`).
 */
import * as fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env["SALLYPORT_SEED"] ?? 1) });
