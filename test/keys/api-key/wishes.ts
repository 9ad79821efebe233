/** Wishes for a key in tests. */
import type { KeyWishes } from "../../../src/keys/api-key/ledger.ts";

export const NOW = 1_800_000_000_000;
export const DAY = 86_400_000;

export const WISHES: KeyWishes = {
  environment: "live",
  name: "checkout",
  owner: "shop",
  party: "client",
  scopes: ["orders:read", "orders:write"],
  claims: { tenant: "acme", roles: ["teller"] },
  addresses: ["10.0.0.0/8"],
  plan: "gold",
  expires: NOW + 90 * DAY,
  lasting: undefined,
};
