/**
 * API key: a long random text that was handed out once says which program is asking.
 *
 * Keys are made with `sallyport keys create`, for an owner, with scopes, an end, and where wanted the addresses from which
 * they count. The database holds a keyed hash of each, so that neither a copy of it nor somebody who can write to it makes a
 * key. Typos and made-up keys are refused without a look into it; what was looked up is remembered, and what has changed is
 * asked for twice a second: a key that was switched off counts nowhere a second later, for streams and tunnels that it opened, too.
 * While the database gives no answer, nobody passes.
 *
 * A key travels in the header that the contract names. In the query it would stand in every log along the way: that needs
 * a reason. In a cookie a browser would send it for anybody who asks: that is not to be had.
 *
 * Answers API2:2023, broken authentication. See RFC 6750, section 5.3, for why not in the query, and OpenAPI 3.1, "Security
 * Scheme Object".
 */
import { count, defineGuard, duration, fields, type Guard, type Known, listOf, oneOf, optional, or, reason, text, type Verdict } from "../../../guard.ts";
import { type KeyFinding, KeyDirectory } from "../../../keys/api-key/directory.ts";
import { ENVIRONMENTS } from "../../../keys/api-key/format.ts";
import { challenging, credentialInvalid, credentialMalformed, databaseUnavailable } from "../../../keys/bearer.ts";
import { countsOf, findLapse } from "./api-key/find-lapse.ts";
import { principalOf } from "./api-key/key-principal.ts";
import { keyReader, keySchemes, type ReadKey } from "./api-key/presented-key.ts";
import { DATABASE_ADVICE } from "./database-advice.ts";
import { failureCounter, failuresOption } from "./failure-limit.ts";
import { follow, lastingOf } from "./lasting-credential.ts";

/** No registered scheme, but a 401 has to name one (RFC 9110, section 15.5.2). */
const CHALLENGE = 'ApiKey realm="api"';

const options = fields({
  environment: or(oneOf("Which keys count here; those of the other environment are refused.", ENVIRONMENTS), "live"),
  schemes: optional(listOf("Names of the contract's apiKey schemes that these keys are for; all when left out.", text("Name of a security scheme."), { min: 1, max: 20 })),
  cache: or(count("Keys that are remembered.", { min: 1, max: 1_000_000 }), 10_000),
  stale: or(duration("Longest time that remembered keys count while the database gives no answer. Meanwhile a key cannot be switched off.", { min: "0s", max: "1h" }), "0s"),
  failures: failuresOption(30, "1m"),
  query: optional(reason("Why keys may stand in the query, where the contract says so.")),
});

export const apiKey: Guard = defineGuard({
  name: "api-key",
  stage: "authenticate",
  risks: ["API2:2023"],
  options,

  establishes: ({ schemes, query }, { operation }) => ({
    schemes: keySchemes(operation).filter(({ name, in: place }) => (schemes?.includes(name) ?? true) && (place === "header" || (place === "query" && query !== undefined))).map(({ name }) => name),
    challenges: [CHALLENGE],
  }),

  compile({ environment, schemes, cache, stale, failures, query }, { operation, posted, database, peppers, store, challenges, share, random, report }) {
    const served = keySchemes(operation).filter(({ name }) => schemes?.includes(name) ?? true);
    for (const { name, in: place } of served) {
      if (place === "cookie") report(`${name}: a browser sends a key in a cookie for anybody who asks`, "in: header in the contract");
      if (place === "query" && query === undefined) report(`${name}: a key in the query stands in every log along the way`, "in: header in the contract, or api-key: { query: <reason> }");
    }
    if (served.length === 0) return undefined;
    if (database === undefined || peppers === undefined) {
      report(database === undefined ? "there is no database with keys" : "the hashes of keys need a pepper", DATABASE_ADVICE);
      return undefined;
    }
    const directory = share(`api-key ${environment} ${cache} ${stale} ${peppers.all.map(({ id }) => id).join()}`, () => {
      const value = new KeyDirectory({ database, peppers, environment, entriesMax: cache, staleMilliseconds: stale, random });
      return { value, close: () => value.close() };
    });
    const read = keyReader(served);
    const invalid = challenging(challenges);
    const lasting = lastingOf({ operation, posted });
    const countFailure = failureCounter("api-key", failures, store);

    function judge(finding: KeyFinding, exchange: Known, presented: ReadKey): Verdict<"authenticate"> | Promise<Verdict<"authenticate">> {
      const { address, now } = exchange;
      if ("unavailable" in finding) return databaseUnavailable({ headers: { "retry-after": "1" }, because: { database: finding.unavailable } });
      const { wrong, id } = "wrong" in finding ? finding : { wrong: findLapse(finding, address, now), id: finding.record.id };
      if (wrong === undefined && "record" in finding) {
        directory.use(finding.record.id, now);
        if (lasting(exchange)) follow(exchange, (then) => countsOf(directory.find(presented.text, then), address, then));
        return principalOf(finding, presented);
      }
      return countFailure(credentialInvalid({ ...invalid, because: { key: wrong ?? "unknown", ...(id === undefined ? {} : { id }) } }), address, now);
    }

    return (exchange) => {
      const presented = read(exchange);
      if (presented === undefined) return undefined;
      if ("malformed" in presented) return credentialMalformed({ because: { key: presented.malformed } });
      const finding = directory.find(presented.text, exchange.now);
      return finding instanceof Promise ? finding.then((late) => judge(late, exchange, presented)) : judge(finding, exchange, presented);
    };
  },
});
