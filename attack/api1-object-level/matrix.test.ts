/**
 * Matrix: every operation of the bank, for every role, with objects that are its own, somebody else's and nobody's; through
 * every host. What somebody else's is must not be told from what does not exist, in any byte; without owner it can be.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bank } from "../../examples/bank/example.ts";
import { placeOf } from "../attack.ts";
import { HOSTS, type Place, type Told, type Wish } from "../place.ts";

const ROLES = ["cus-1001", "cus-2002", "teller-north", "teller-south", "auditor", undefined] as const;
type Role = (typeof ROLES)[number];

/** An object of the bank, and who it belongs to. */
interface Thing {
  readonly id: string;
  readonly owner: string;
  readonly branch: string;
}

const CUSTOMERS = ["cus-1001", "cus-1002", "cus-2002", "cus-2003"];
const branchOf = (customer: string): string => (customer.startsWith("cus-1") ? "north" : "south");
const accounts: readonly Thing[] = CUSTOMERS.map((owner) => ({ id: `acc-${owner.slice(4)}01`, owner, branch: branchOf(owner) }));
const customers: readonly Thing[] = CUSTOMERS.map((id) => ({ id, owner: id, branch: branchOf(id) }));

interface Row {
  readonly operation: string;
  readonly scope: string;
  readonly things: (place: Place) => readonly Thing[];
  readonly missing: string;
  readonly wish: (id: string) => Wish;
  /** Who may, once the scope is there; said here again, and not taken from the policy. */
  readonly may: (role: string, thing: Thing) => boolean;
  /** What the bank says to those who may, where it is not a success. */
  readonly status?: (thing: Thing) => number;
}

const isOwner = (role: string, { owner }: Thing): boolean => role === owner;
const isTeller = (role: string, { branch }: Thing): boolean => role === `teller-${branch}`;
const isAuditor = (role: string): boolean => role === "auditor";

const ROWS: readonly Row[] = [
  { operation: "getAccount", scope: "accounts:read", things: () => accounts, missing: "acc-999999", wish: (id) => ({ target: `/accounts/${id}` }), may: (role, thing) => isOwner(role, thing) || isTeller(role, thing) || isAuditor(role) },
  { operation: "getStatement", scope: "accounts:read", things: () => accounts, missing: "acc-999999", wish: (id) => ({ target: `/accounts/${id}/statement` }), may: (role, thing) => isOwner(role, thing) || isAuditor(role) },
  { operation: "updateAccount", scope: "accounts:write", things: () => accounts, missing: "acc-999999", wish: (id) => ({ method: "PATCH", target: `/accounts/${id}`, body: { title: "Renamed" } }), may: (role, thing) => isOwner(role, thing) || isTeller(role, thing) },
  { operation: "getTransfer", scope: "accounts:read", things: transfersOf, missing: "00000000-0000-4000-8000-000000000000", wish: (id) => ({ target: `/transfers/${id}` }), may: (role, thing) => isOwner(role, thing) || isAuditor(role) },
  { operation: "createTransfer", scope: "transfers:write", things: () => accounts, missing: "acc-999999", wish: (id) => ({ method: "POST", target: "/transfers", body: { fromAccountId: id, toAccountId: "acc-200101", amount: 1, currency: "EUR" } }), may: isOwner },
  // The bank answers for customers of the south with more than its contract says: whoever may see them hears of it, nobody else.
  { operation: "getCustomer", scope: "customers:read", things: () => customers, missing: "cus-9999", wish: (id) => ({ target: `/customers/${id}` }), may: (role, thing) => isTeller(role, thing) || isAuditor(role), status: ({ branch }) => (branch === "south" ? 502 : 200) },
];

/** One transfer of each customer, booked past all doors. */
const booked = new WeakMap<Place, readonly Thing[]>();
function transfersOf(place: Place): readonly Thing[] {
  const known = booked.get(place);
  if (known !== undefined) return known;
  const draft = { toAccountId: "acc-200101", amount: 1, currency: "EUR", reference: "", status: "booked", bookedAt: "2026-03-01T00:00:00.000Z", createdBy: "", grantedScopes: "" };
  const made = accounts.map(({ id, owner, branch }) => {
    const row = place.books.transfer({ ...draft, fromAccountId: id });
    return { id: typeof row === "string" ? assert.fail(row) : String(row["transferId"]), owner, branch };
  });
  booked.set(place, made);
  return made;
}

/** All that a caller can tell two answers apart by. */
function faceOf({ status, rawHeaders, body }: Told): unknown {
  const fields = rawHeaders.map((text, at) => (/^(date|ratelimit)$/i.test(rawHeaders[at - (at % 2)] ?? "") ? "" : text));
  return [status, fields, body.replace(/"urn:uuid:[^"]+"/, '"instance"')];
}

for (const name of HOSTS) {
  for (const row of ROWS) {
    const { operation, scope, missing, wish, may } = row;
    const as = (place: Place, role: Role, id: string): Promise<Told> => place.ask({ ...wish(id), ...(role === undefined ? {} : { as: role }) });

    test(`${operation}: each role meets what is its own, and of the rest it cannot tell what exists (${name})`, async () => {
      const place = await placeOf(name);
      let hidden: unknown;
      for (const role of ROLES) {
        const nothing = await as(place, role, missing);
        for (const thing of row.things(place)) {
          const told = await as(place, role, thing.id);
          const about = `${role ?? "a stranger"} and ${thing.id} of ${thing.owner}: ${told.status} ${told.body.slice(0, 200)}`;
          if (role === undefined) assert.equal(told.status, 401, about);
          else if (!bank.scopesOf(role).includes(scope)) assert.equal(told.status, 403, about);
          else if (may(role, thing)) assert.equal(told.status, row.status?.(thing) ?? { GET: 200, POST: 201, PATCH: 204 }[wish("").method ?? "GET"], about);
          else assert.equal(told.status, 404, about);
          if (told.status < 400 || told.status === 502) continue;
          assert.deepEqual(faceOf(told), faceOf(nothing), about);
          if (told.status === 404) assert.deepEqual(faceOf(told), (hidden ??= faceOf(told)), "for every role the same");
        }
      }
    });

    test(`${operation}: without owner everybody can tell (${name})`, async () => {
      const place = await placeOf(name, { waive: ["owner"] });
      for (const role of ROLES) {
        if (role === undefined || !bank.scopesOf(role).includes(scope)) continue;
        const nothing = faceOf(await as(place, role, missing));
        for (const thing of row.things(place)) if (!may(role, thing)) assert.notDeepEqual(faceOf(await as(place, role, thing.id)), nothing, `${role} and ${thing.id}`);
      }
    });
  }

  test(`lists hold what is one's own, and count nothing else (${name})`, async () => {
    const place = await placeOf(name);
    const made = transfersOf(place);
    for (const role of ROLES) {
      if (role === undefined) continue;
      const mine = made.filter((thing) => isOwner(role, thing) || isAuditor(role)).map(({ id }) => id);
      const page = JSON.parse((await place.ask({ as: role, target: "/transfers" })).body) as { items: { transferId: string; customerId: string }[]; total: number };
      for (const id of mine) assert.ok(page.items.some(({ transferId }) => transferId === id), `${role} misses ${id}`);
      assert.ok(isAuditor(role) || page.items.every(({ customerId }) => customerId === role), role);
      assert.equal(page.total, page.items.length);
      const own = JSON.parse((await place.ask({ as: role, target: "/accounts" })).body) as { customerId: string }[];
      assert.ok(own.every(({ customerId }) => customerId === role), role);
    }
  });

  test(`without owner a list holds everybody's (${name})`, async () => {
    const place = await placeOf(name, { waive: ["owner"] });
    transfersOf(place);
    const page = JSON.parse((await place.ask({ as: "teller-north", target: "/transfers" })).body) as { items: { customerId: string }[]; total: number };
    assert.ok(new Set(page.items.map(({ customerId }) => customerId)).size >= CUSTOMERS.length && page.total >= CUSTOMERS.length);
  });
}
