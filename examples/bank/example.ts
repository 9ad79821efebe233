/** Example: the bank, for whoever starts or attacks it. */
import type { Example } from "../example.ts";
import { bankListener } from "./bank.ts";
import { type Ledger, openLedger } from "./ledger.ts";

const theft = '{"fromAccountId":"acc-200101","toAccountId":"acc-100101","amount":100,"currency":"EUR","createdBy":"cus-2001"}';

export const bank: Example<Ledger> = {
  name: "bank",
  title: "the bank",
  folder: import.meta.dirname,
  issuer: { issuer: "https://id.bank.example", audience: "bank", client: "bank-app" },

  /** The branch of customers (`cus-1...`: north) and of tellers, and roles. */
  claimsOf(subject) {
    const [kind, name = ""] = subject.split("-");
    if (kind === "cus") return { branch: name.startsWith("1") ? "north" : "south" };
    if (kind === "teller") return { branch: name, roles: ["teller"] };
    return kind === "auditor" ? { roles: ["auditor"] } : {};
  },

  scopesOf(subject) {
    if (subject.startsWith("cus-")) return ["accounts:read", "accounts:write", "transfers:write"];
    if (subject.startsWith("teller-")) return ["accounts:read", "accounts:write", "customers:read"];
    return subject === "auditor" ? ["accounts:read", "customers:read"] : [];
  },

  open() {
    const books = openLedger(":memory:");
    return { books, serve: bankListener(books), close: () => books.close() };
  },

  callers: {
    "ada.token": { subject: "cus-1001", scopes: ["accounts:read", "transfers:write"] },
    "teller.token": { subject: "teller-south", scopes: ["customers:read"] },
    "auditor.token": { subject: "auditor", scopes: ["accounts:read", "customers:read"] },
  },

  trials: [
    { about: "200: Ada sees her accounts", as: "ada.token", target: "/accounts" },
    { about: "404 from owner: Ada asks for the account of another customer, which is not there for her", as: "ada.token", target: "/accounts/acc-100201" },
    { about: "400 from parameters: SQL where a currency belongs", target: "/rates?currency=%27%20UNION%20SELECT%20name,email,1,1%20FROM%20customers--" },
    { about: "400 from body: Ada pays herself in the name of another customer", as: "ada.token", target: "/transfers", body: theft },
    { about: "502 from answer-body: a teller asks for a customer, and the bank answers with more than its contract says", as: "teller.token", target: "/customers/cus-2001" },
  ],
};
