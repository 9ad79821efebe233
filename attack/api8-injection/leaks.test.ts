/** Leaks: what an API tells of its inside in answers that keep its contract. */
import { attack } from "../attack.ts";
import type { Place, PlaceOptions } from "../place.ts";

const change: NonNullable<PlaceOptions["change"]> = (policy) => {
  policy.everywhere["leaks"] ??= {};
  const { leaks } = policy.operations["getAccount"] ?? {};
  policy.operations["getAccount"] = leaks === undefined ? {} : { leaks };
};

/** Lets the bank answer with an account of which the title is this. */
async function read(place: Place, title: string): Promise<string> {
  place.books.updateAccount("acc-100101", { title });
  return (await place.ask({ as: "cus-1001", target: "/accounts/acc-100101" })).body;
}

attack("a message of the database is read in a field of its own", {
  waive: ["leaks"],
  change,
  run: async (place) => (await read(place, "ORA-00942: table or view does not exist")).includes("ORA-00942"),
});

attack("the number of a card is read where somebody wrote it down", {
  waive: ["leaks"],
  change,
  run: async (place) => (await read(place, "card 4111 1111 1111 1111")).includes("4111 1111 1111 1111"),
});

attack("a credential is read that was left in a text", {
  waive: ["leaks"],
  change,
  run: async (place) => {
    // Put together here, so that scanners of repositories find none.
    const secret = ["AKIA", "ABCDEFGHIJKLMNOP"].join("");
    return (await read(place, `key ${secret}`)).includes(secret);
  },
});
