/**
 * Basic: a name and a password say who is asking.
 *
 * Users are made with `sallyport users create`; the database holds argon2id of their passwords, keyed with the pepper. Such a
 * hash is expensive by design, so few are computed at once and few may wait; beyond, logins are refused and everything
 * else goes on. A login that was right is remembered for a while under a salted hash, for the device or the address that it
 * came from, and forgotten when its user has changed, or when a wrong one comes from there; streams and tunnels end when their
 * user is switched off or has another password. A name that nobody has costs the same work and gets the same answer as a wrong
 * password.
 *
 * Attempts are counted before the password is looked at: by account, existing or not, by address and its neighbours, by
 * device, and by all together; the more of them fail, the longer the wait. A device that has logged in before has attempts of
 * its own, for which it gets a cookie, so that strangers cannot lock anybody out.
 *
 * Only over encrypted connections. While the database or the store gives no answer, nobody passes.
 *
 * Answers API2:2023, broken authentication. See RFC 7617, RFC 8265, and NIST SP 800-63B-4, sections 3.1.1 and 3.2.2.
 */
import { checked, count, defineGuard, duration, fields, type Guard, type Known, optional, or, problem, reason, text, type Verdict } from "../../../guard.ts";
import { basicSchemes, readBasic } from "../../../keys/basic.ts";
import { credentialMalformed } from "../../../keys/bearer.ts";
import { HashQueue } from "../../../keys/password/hash-queue.ts";
import { Logins } from "../../../keys/password/logins.ts";
import { openAttempts } from "../../../stores/attempts.ts";
import { attemptsOption } from "./basic/attempts-option.ts";
import { LoginDesk, type Outcome } from "./basic/login-desk.ts";
import { outcomeTeller } from "./basic/tell-outcome.ts";
import { principalOf } from "./basic/user-principal.ts";
import { DATABASE_ADVICE } from "./database-advice.ts";
import { follow, lastingOf } from "./lasting-credential.ts";

const encryptionRequired = problem("encryption-required", 403, "Not over this connection");

export const basic: Guard = defineGuard({
  name: "basic",
  stage: "authenticate",
  risks: ["API2:2023"],

  options: fields({
    realm: or(checked(text("Name of the protected space, told to callers.", { max: 100 }), (value) => (/^[ !#-[\]-~]+$/.test(value) ? { value } : { wrong: "no quotes and no backslashes here" })), "api"),
    remember: or(duration("How long a login that was right is remembered.", { min: "0s", max: "1h" }), "5m"),
    cache: or(count("Users whose logins are remembered.", { min: 1, max: 1_000_000 }), 10_000),
    stale: or(duration("Longest time that remembered logins count while the database gives no answer.", { min: "0s", max: "1h" }), "0s"),
    hashes: or(count("Password hashes that are computed at once.", { min: 1, max: 16 }), 2),
    waiting: or(count("Logins that may wait for theirs.", { min: 0, max: 10_000 }), 32),
    attempts: attemptsOption,
    plain: optional(reason("Why passwords may come over connections that are not encrypted.")),
  }),

  establishes: ({ realm }, { operation }) => ({ schemes: basicSchemes(operation), challenges: [`Basic realm="${realm}", charset="UTF-8"`] }),

  compile({ remember, cache, stale, hashes, waiting, attempts, plain }, { operation, posted, database, peppers, store, challenges, share, random, report }) {
    const schemes = basicSchemes(operation);
    if (schemes.length === 0) return undefined;
    if (database === undefined || peppers === undefined) {
      report(database === undefined ? "there is no database with users" : "the hashes of passwords need a pepper", DATABASE_ADVICE);
      return undefined;
    }
    const pepper = peppers.current;
    const queue = share(`password hashes ${hashes} ${waiting}`, () => ({ value: new HashQueue({ atOnce: hashes, waiting }) }));
    const desk = share(`basic ${JSON.stringify([remember, cache, stale, hashes, waiting, attempts, peppers.all.map(({ id }) => id)])}`, () => {
      const logins = new Logins({ database, peppers, queue, entriesMax: cache, keptMilliseconds: remember, staleMilliseconds: stale, random });
      return { value: new LoginDesk(logins, openAttempts({ name: "basic", store, secret: pepper.hash("device", ""), random, limits: attempts }), pepper) };
    });
    const refuse = outcomeTeller(challenges);
    const lasting = lastingOf({ operation, posted });

    function judge(outcome: Outcome, exchange: Known): Verdict<"authenticate"> {
      if (!("record" in outcome)) return refuse(outcome);
      if (lasting(exchange)) follow(exchange, desk.stillCounts(outcome));
      return principalOf(outcome, schemes);
    }

    return (exchange: Known) => {
      const presented = readBasic(exchange.request);
      if (presented === undefined) return undefined;
      // Whoever listens has it already, and the next one must not be sent the same way.
      if (!exchange.secure && plain === undefined) return encryptionRequired({ because: { login: "over a connection that is not encrypted" } });
      if ("malformed" in presented) return credentialMalformed({ because: { login: presented.malformed } });
      const outcome = desk.login(presented.token, exchange);
      return outcome instanceof Promise ? outcome.then((late) => judge(late, exchange)) : judge(outcome, exchange);
    };
  },
});
