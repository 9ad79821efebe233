/** Shop: what is worth money, taken by requests that look like all others. */
import { randomUUID } from "node:crypto";
import { FOREIGN_ORDER, OWN_ORDER } from "../../examples/shop/books.ts";
import { shop } from "../../examples/shop/example.ts";
import { attackOn } from "../attack.ts";
import type { Place, Told, Wish } from "../place.ts";
import type { Books } from "../../examples/shop/books.ts";

const attack = attackOn(shop);
const CARD = "tok_4f9a0c2e1d1f4a8e9b0e";

function order(place: Place<Books>, as: string, body: object): Promise<Told> {
  return place.ask({ as, method: "POST", target: "/orders", body });
}

function pay(place: Place<Books>, as: string, { orderId = OWN_ORDER, cardToken = CARD, key = randomUUID() }: { readonly orderId?: string; readonly cardToken?: string; readonly key?: string } = {}): Promise<Told> {
  const wish: Wish = { as, method: "POST", target: `/orders/${orderId}/payment`, headers: { "idempotency-key": key }, body: { cardToken, amount: 2_450 } };
  return place.ask(wish);
}

const bought = (place: Place<Books>, customer: string): number | undefined => [...place.books.orders.values()].findLast(({ customerId }) => customerId === customer)?.total;

attack("a kettle for a cent: the buyer says what it costs", {
  waive: ["properties"],
  async run(place) {
    await order(place, "cus-11", { items: [{ sku: "SKU-1", quantity: 1, price: 1 }] });
    return bought(place, "cus-11") === 1;
  },
});

attack("an order that was paid before anybody paid", {
  waive: ["properties"],
  async run(place) {
    await order(place, "cus-12", { items: [{ sku: "SKU-1", quantity: 1 }], state: "paid" });
    return [...place.books.orders.values()].some(({ customerId, state }) => customerId === "cus-12" && state === "paid");
  },
});

attack("a kettle for nothing: cups are sent back before they came", {
  waive: ["body"],
  async run(place) {
    await order(place, "cus-13", { items: [{ sku: "SKU-1", quantity: 1 }, { sku: "SKU-3", quantity: -2 }] });
    return bought(place, "cus-13") === 300;
  },
});

attack("a payment is taken twice, because its answer was lost", {
  waive: ["flow"],
  async run(place) {
    const key = randomUUID();
    const before = place.books.payments.length;
    await pay(place, "cus-1", { key });
    await pay(place, "cus-1", { key });
    return place.books.payments.length - before === 2;
  },
});

attack("stolen cards are tried out until one is taken", {
  waive: ["flow"],
  async run(place) {
    const answers: number[] = [];
    for (let card = 0; card < 12; card += 1) answers.push((await pay(place, "cus-1", { cardToken: `tok_declined${String(card).padStart(10, "0")}` })).status);
    return answers.filter((status) => status === 402).length > 8;
  },
});

attack("the order of somebody else is paid, and so is known to be there", {
  waive: ["owner"],
  run: async (place) => (await pay(place, "cus-14", { orderId: FOREIGN_ORDER })).status === 201,
});

attack("the number of a card comes back with a payment", {
  waive: ["leaks"],
  run: async (place) => (await pay(place, "cus-1")).body.includes("4111 1111 1111 1111"),
});

attack("a coupon is guessed", {
  waive: ["flow"],
  async run(place) {
    const guesses = ["WINTER10", "SUMMER15", "AUTUMN20", "WELCOME5", "FRIDAY30", "SPRING10", "SPRING15", "SPRING20", "SPRING25"];
    for (const guess of guesses) if ((await place.ask({ as: "cus-15", target: `/coupons/${guess}` })).status === 200) return true;
    return false;
  },
});

attack("one buyer empties the shelves before anybody else has typed", {
  waive: ["flow"],
  async run(place) {
    await Promise.all(Array.from({ length: 30 }, () => order(place, "cus-16", { items: [{ sku: "SKU-3", quantity: 20 }] })));
    return [...place.books.orders.values()].filter(({ customerId }) => customerId === "cus-16").length > 10;
  },
});

attack("money is given back by somebody who has found an open session of the staff", {
  waive: ["step-up"],
  async run(place) {
    place.books.orders.set(OWN_ORDER, { orderId: OWN_ORDER, customerId: "cus-1", items: [], total: 2_450, state: "paid" });
    await place.ask({ as: "staff-1", method: "POST", target: `/orders/${OWN_ORDER}/refund` });
    return place.books.orders.get(OWN_ORDER)?.state === "refunded";
  },
});

attack("money is given back by a customer who got hold of the scope for it", {
  waive: ["role", "step-up"],
  async run(place) {
    place.books.orders.set(OWN_ORDER, { orderId: OWN_ORDER, customerId: "cus-1", items: [], total: 2_450, state: "paid" });
    await place.ask({ as: "cus-1", scopes: ["orders", "refunds"], claims: { amr: ["otp"], acr: "urn:shop:second-factor", auth_time: Math.floor(Date.now() / 1_000) }, method: "POST", target: `/orders/${OWN_ORDER}/refund` });
    return place.books.orders.get(OWN_ORDER)?.state === "refunded";
  },
});
