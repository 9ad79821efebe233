/** Provenance: ids that nobody gave the caller, where the bank names no owner that could be compared. */
import { attack } from "../attack.ts";
import type { Place, PlaceOptions } from "../place.ts";

const byProvenance: Readonly<Record<string, unknown>> = {
  listAccounts: [{ field: "[*].customerId" }, { provenance: { kind: "account", issues: "[*].accountId" } }],
  updateAccount: { provenance: { kind: "account", with: "path.accountId" } },
};

/** The bank's policy with provenance in the place of what it says of owners; where owner is waived it stays so. */
const change: PlaceOptions["change"] = ({ operations }) => {
  for (const [id, owner] of Object.entries(byProvenance)) {
    const { [id]: postings } = operations;
    if (postings !== undefined && !JSON.stringify(postings["owner"]).includes('"waived"')) postings["owner"] = owner;
  }
};

/** A customer who sees her own accounts, and may then change what she has seen. */
async function look(place: Place): Promise<void> {
  await place.ask({ as: "cus-1001", target: "/accounts" });
  const own = await place.ask({ as: "cus-1001", method: "PATCH", target: "/accounts/acc-100101", body: { title: "Mine" } });
  if (own.status !== 204) throw new Error(`what was issued cannot be used: ${own.status}`);
}

attack("an account whose id was guessed is renamed", {
  waive: ["owner"],
  change,
  run: async (place) => {
    await look(place);
    await place.ask({ as: "cus-1001", method: "PATCH", target: "/accounts/acc-100201", body: { title: "Guessed" } });
    return place.books.findAccount("acc-100201")?.["title"] === "Guessed";
  },
});

attack("an id that was issued to one customer is used by another", {
  waive: ["owner"],
  change,
  run: async (place) => {
    await look(place);
    await place.ask({ as: "cus-1002", target: "/accounts" });
    await place.ask({ as: "cus-1002", method: "PATCH", target: "/accounts/acc-100101", body: { title: "Overheard" } });
    return place.books.findAccount("acc-100101")?.["title"] === "Overheard";
  },
});
