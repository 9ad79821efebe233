/** Example: the shop, for whoever starts or attacks it. */
import type { Example } from "../example.ts";
import { type Books, FOREIGN_ORDER, openBooks, OWN_ORDER } from "./books.ts";
import { shopListener } from "./shop.ts";

const BUYS = ["orders", "payments"];
const WORKS = ["orders", "catalogue:write", "refunds"];

export const shop: Example<Books> = {
  name: "shop",
  title: "the shop",
  folder: import.meta.dirname,
  issuer: { issuer: "https://id.shop.example", audience: "shop", client: "shop-app" },

  claimsOf: (subject) => (subject.startsWith("staff-") ? { roles: ["staff"] } : {}),
  scopesOf: (subject) => (subject.startsWith("staff-") ? WORKS : BUYS),

  open() {
    const books = openBooks();
    return { books, serve: shopListener(books), close: () => undefined };
  },

  callers: {
    "ida.token": { subject: "cus-1", scopes: BUYS },
    "staff.token": { subject: "staff-1", scopes: WORKS },
  },

  trials: [
    { about: "200: everybody sees what there is to buy, and nobody what the shop pays for it", target: "/products" },
    { about: "201: Ida orders a kettle", as: "ida.token", target: "/orders", body: '{"items":[{"sku":"SKU-1","quantity":1}]}' },
    { about: "400 from properties: and says what she would like to pay", as: "ida.token", target: "/orders", body: '{"items":[{"sku":"SKU-1","quantity":1,"price":1}]}' },
    { about: "400 from body: and sends some cups back before they came", as: "ida.token", target: "/orders", body: '{"items":[{"sku":"SKU-1","quantity":1},{"sku":"SKU-3","quantity":-2}]}' },
    { about: "404 from owner: Ida looks at the order of another customer", as: "ida.token", target: `/orders/${FOREIGN_ORDER}` },
    { about: "401 from step-up: staff gives money back, without a second factor", as: "staff.token", method: "POST", target: `/orders/${OWN_ORDER}/refund` },
    { about: "500 from faults: a quote in a search, and what the database says to it", target: "/products?search=o%27brien" },
  ],
};
