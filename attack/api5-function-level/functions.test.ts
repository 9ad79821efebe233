/** Functions: what callers do that is for others to do, whosever the object is. */
import { attack } from "../attack.ts";
import type { Place, Told, Wish } from "../place.ts";

const eva = { as: "cus-1002" } as const;
/** What customers are not for: the scope that was got hold of somehow, at an object of the own branch. */
const stolen = { ...eva, scopes: ["customers:read"], target: "/customers/cus-1001" } as const;

const sees = ({ status, body }: Told): boolean => status === 200 && body.includes("cus-1001");

async function some(place: Place, wishes: readonly Wish[], worked: (told: Told) => boolean): Promise<boolean> {
  for (const wish of wishes) if (worked(await place.ask(wish))) return true;
  return false;
}

attack("a customer looks up another one with the token that he has", {
  waive: ["scope", "role"],
  run: async (place) => sees(await place.ask({ ...eva, target: "/customers/cus-1001" })),
});

attack("a customer who got hold of a teller's scope looks up another one", {
  waive: ["role"],
  run: async (place) => sees(await place.ask(stolen)),
});

attack("a claim that only looks like a role", {
  waive: ["role"],
  run: async (place) => {
    const roles = ["Teller", "TELLER", " teller", "teller ", "teller,auditor", "tell\u0065r\u0000", "*", ["customer", ["teller"]], [{ teller: true }], { teller: true }, { 0: "teller", length: 1 }, ["teller\u200b"], true, ["auditor", 1]];
    return some(place, roles.map((claim) => ({ ...stolen, claims: { roles: claim } })), sees);
  },
});

attack("a role in a claim of which nobody said that roles stand there", {
  waive: ["role"],
  run: async (place) => some(place, ["role", "groups", "scope_roles", "Roles", "realm_access", "authorities", "https://id.bank.example/roles"].map((name) => ({ ...stolen, claims: { [name]: name === "realm_access" ? { roles: ["teller"] } : ["teller"] } })), sees),
});

attack("the same address, written so that it could be taken for another one", {
  waive: ["scope", "role"],
  run: async (place) => {
    const targets = ["/customers/cus-1001", "/%63ustomers/cus-1001", "/customers/%63us-1001", "/accounts/../customers/cus-1001", "/./customers/cus-1001", "//customers/cus-1001", "/customers//cus-1001", "/customers/cus-1001/", "/customers;a=b/cus-1001", "/CUSTOMERS/cus-1001", "/customers/cus-1001?", "/accounts/%2e%2e/customers/cus-1001", "http://127.0.0.1/customers/cus-1001", "/customers/cus-1001#x"];
    return some(place, targets.map((target) => ({ ...eva, target })), sees);
  },
});

attack("another method that an API may take for the one that is asked for", {
  waive: ["scope"],
  run: async (place) => {
    const body = { fromAccountId: "acc-100201", toAccountId: "acc-200101", amount: 1, currency: "EUR" };
    const reader = { ...eva, scopes: ["accounts:read"], target: "/transfers" };
    const wishes = [
      { ...reader, method: "POST", body },
      ...["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"].map((name) => ({ ...reader, headers: { [name]: "POST" } })),
      { ...reader, target: "/transfers?_method=POST" },
    ];
    return some(place, wishes, ({ status }) => status === 201);
  },
});

attack("a list of all customers that was forgotten, and stands in no contract", {
  waive: ["path", "answer-status", "answer-body"],
  run: async (place) => sees(await place.ask({ ...eva, target: "/customers" })),
});

attack("a caller from outside says that he comes from inside", {
  waive: ["rule"],
  change: (policy) => {
    if (policy.everywhere["rule"] === undefined) policy.everywhere["rule"] = { allow: 'address.within("10.0.0.0/8")', methods: ["GET"], tags: ["accounts"] };
  },
  run: async (place) => {
    const lies = [{}, { "x-forwarded-for": "10.0.0.1" }, { forwarded: "for=10.0.0.1" }, { "x-real-ip": "10.0.0.1" }, { "x-forwarded-for": "10.0.0.1, 127.0.0.1" }, { "true-client-ip": "10.0.0.1" }];
    return some(place, lies.map((headers) => ({ ...eva, target: "/accounts", headers })), ({ status }) => status === 200);
  },
});

attack("a number that a rule reads in one way and the bank in another", {
  waive: ["rule"],
  change: (policy) => {
    const { listTransfers } = policy.operations;
    if (listTransfers !== undefined && listTransfers["rule"] === undefined) listTransfers["rule"] = "!has(query.limit) || query.limit <= 10";
  },
  run: async (place) => {
    const queries = ["limit=100", "limit=5&limit=100", "limit=100&limit=5", "limit=1e2", "limit=%31%30%30", "limit=+100", "limit=0100", "limit=0x64", "limit=100.0", "LIMIT=100", "limit[]=100", "limit%00=100", "limit=5;limit=100", "lim%69t=100"];
    for (const query of queries) await place.ask({ ...eva, target: `/transfers?${query}` });
    return place.reached.some((line) => [...new URL(line.replace(/^\w+ /, ""), "http://bank.invalid").searchParams.values()].some((value) => Number(value) > 10));
  },
});

attack("a claim that a rule forbids is written as something else", {
  waive: ["rule"],
  change: (policy) => {
    if (policy.everywhere["rule"] === undefined) policy.everywhere["rule"] = { allow: 'principal.branch != "north"', tags: ["accounts"] };
  },
  run: async (place) => {
    const branches = ["north", null, ["south"], { branch: "south" }, 7, true];
    const own = branches.map((branch) => ({ ...eva, target: "/accounts", claims: { branch } }));
    return some(place, own, ({ status }) => status === 200);
  },
});

attack("the decision point is out of the way", {
  waive: ["decision-point"],
  change: (policy) => {
    if (policy.everywhere["decision-point"] === undefined) policy.everywhere["decision-point"] = { url: "http://127.0.0.1:1", tags: ["accounts"] };
  },
  run: async (place) => (await place.ask({ ...eva, target: "/accounts" })).status === 200,
});
