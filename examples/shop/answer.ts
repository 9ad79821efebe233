/** Answer: the shop's routes, from a call to an answer. Why it checks so little is told in shop.ts. */
import { type Books, type Line, newId, type Order, type Product } from "./books.ts";

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Empty when the gateway named nobody. */
  readonly subject: string;
  /** What was sent, as JSON; undefined where nothing was. */
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

type Route = (books: Books, call: Call, id: string) => Answer;

/** What the payment provider knows of a token. */
const CARD = "4111 1111 1111 1111";

const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["GET /products", listProducts],
  ["PATCH /products/{id}", changeProduct],
  ["GET /orders", (books) => ({ status: 200, body: [...books.orders.values()] })], // everybody's: weakness 1
  ["POST /orders", createOrder],
  ["GET /orders/{id}", (books, _call, id) => show(books.orders.get(id))],
  ["POST /orders/{id}/payment", payOrder],
  ["POST /orders/{id}/refund", refundOrder],
  ["GET /coupons/{id}", checkCoupon],
]);

export function answerCall(books: Books, call: Call): Answer {
  const [, first = "", id, ...more] = call.path.split("/");
  const pattern = [first, ...(id === undefined ? [] : ["{id}"]), ...more].join("/");
  return routes.get(`${call.method} /${pattern}`)?.(books, call, id ?? "") ?? show(undefined);
}

function show(row: unknown): Answer {
  return row === undefined ? fail(404, "not-found", "There is no such thing") : { status: 200, body: row };
}

function fail(status: number, type: string, title: string): Answer {
  return { status, headers: { "Content-Type": "application/problem+json" }, body: { type: `https://shop.example/problems/${type}`, status, title } };
}

function listProducts(books: Books, { query }: Call): Answer {
  const search = query.get("search")?.toLowerCase() ?? "";
  // As a query of a database would say it, had there been one.
  if (search.includes("'")) return { status: 500, body: { error: `You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '${search}' at line 1` } };
  return { status: 200, body: [...books.products.values()].filter(({ name }) => name.toLowerCase().includes(search)) }; // whole rows: weakness 6
}

function changeProduct(books: Books, { body }: Call, sku: string): Answer {
  const product = books.products.get(sku);
  if (product === undefined) return show(product);
  books.products.set(sku, { ...product, ...(body as Partial<Product>) });
  return { status: 204 };
}

function createOrder(books: Books, { subject, body }: Call): Answer {
  const wish = body as Partial<Order> & { readonly items: readonly Line[]; readonly coupon?: string };
  const price = ({ sku, price: own }: Line): number => own ?? books.products.get(sku)?.price ?? 0; // weakness 2
  const sum = wish.items.reduce((total, line) => total + price(line) * line.quantity, 0); // weakness 3
  const percent = books.coupons.get(wish.coupon ?? "") ?? 0;
  const { coupon: _coupon, ...more } = wish;
  const order: Order = { orderId: newId(), customerId: subject, total: Math.round((sum * (100 - percent)) / 100), state: "open", ...more }; // weakness 2
  books.orders.set(order.orderId, order);
  return { status: 201, headers: { Location: `/orders/${order.orderId}` }, body: order };
}

function payOrder(books: Books, { body }: Call, orderId: string): Answer {
  const order = books.orders.get(orderId);
  if (order === undefined) return show(order);
  const { amount, cardToken } = body as { amount: number; cardToken: string };
  if (cardToken.startsWith("tok_declined")) return fail(402, "declined", "The card was declined");
  const payment = { orderId, amount, card: CARD }; // weakness 5
  books.payments.push(payment); // once more for each time it is asked: weakness 4
  books.orders.set(orderId, { ...order, state: "paid" });
  return { status: 201, body: payment };
}

function refundOrder(books: Books, _call: Call, orderId: string): Answer {
  const order = books.orders.get(orderId);
  if (order === undefined) return show(order);
  books.orders.set(orderId, { ...order, state: "refunded" }); // whoever calls: weakness 1
  return { status: 204 };
}

function checkCoupon(books: Books, _call: Call, coupon: string): Answer {
  const percent = books.coupons.get(coupon);
  return percent === undefined ? show(undefined) : { status: 200, body: { coupon, percent } };
}
