/** Attempts option: how often a login may fail, from each side (see stores/attempts.ts). */
import { checked, count, duration, fields, or, type Shape } from "../../../../guard.ts";
import { ATTEMPT_LIMITS, type AttemptLimits } from "../../../../stores/attempts.ts";

const { account, address, everybody } = ATTEMPT_LIMITS;

const numbers = fields(
  {
    window: or(duration("Time after which failures of an account, a device or an address are forgotten.", { min: "1m", max: "1d" }), `${account.window / 60_000}m`),
    account: or(count("Failures of one account, and of one account from one device that it knows.", { min: 1, max: 100 }), account.burst),
    address: or(count("Failures of one address.", { min: 1, max: 10_000 }), address.burst),
    everybody: or(count("Failures of all together in a minute, beyond which unknown devices have a third of theirs.", { min: 1, max: 1_000_000 }), everybody.burst),
  },
  "How often a login may fail.",
);

export const attemptsOption: Shape<Partial<AttemptLimits>> = or(
  checked(numbers, (given) => ({
    value: {
      account: { burst: given.account, window: given.window },
      device: { burst: given.account, window: given.window },
      address: { burst: given.address, window: given.window },
      everybody: { burst: given.everybody, window: everybody.window },
    },
  })),
  {},
);
