/** Books: products, orders, payments and coupons of the shop, in memory. Amounts are euro cents. */
import { randomUUID } from "node:crypto";

export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly price: number;
  readonly stock: number;
  /** What the shop pays for it. For nobody. */
  readonly cost: number;
}

export interface Line {
  readonly sku: string;
  readonly quantity: number;
  /** Where a caller has said what he would like to pay. */
  readonly price?: number;
}

export interface Order {
  readonly orderId: string;
  readonly customerId: string;
  readonly items: readonly Line[];
  readonly total: number;
  readonly state: string;
}

export interface Payment {
  readonly orderId: string;
  readonly amount: number;
  readonly card: string;
}

export interface Books {
  readonly products: Map<string, Product>;
  readonly orders: Map<string, Order>;
  readonly payments: Payment[];
  /** Percent by code. */
  readonly coupons: ReadonlyMap<string, number>;
}

export function newId(): string {
  return randomUUID();
}

/** The order of another customer than Ida, who is cus-1. */
export const FOREIGN_ORDER = "0f6f2a52-0c53-4c8e-9f57-3c5b0f8f8d02";
export const OWN_ORDER = "0f6f2a52-0c53-4c8e-9f57-3c5b0f8f8d01";

export function openBooks(): Books {
  const products = [
    { sku: "SKU-1", name: "Kettle", price: 3_900, stock: 41, cost: 1_720 },
    { sku: "SKU-2", name: "Teapot, blue", price: 2_450, stock: 12, cost: 900 },
    { sku: "SKU-3", name: "Cups, six of them", price: 1_800, stock: 3, cost: 610 },
  ];
  const orders = [
    { orderId: OWN_ORDER, customerId: "cus-1", items: [{ sku: "SKU-2", quantity: 1 }], total: 2_450, state: "open" },
    { orderId: FOREIGN_ORDER, customerId: "cus-2", items: [{ sku: "SKU-1", quantity: 2 }], total: 7_800, state: "paid" },
  ];
  return { products: new Map(products.map((product) => [product.sku, product])), orders: new Map(orders.map((order) => [order.orderId, order])), payments: [], coupons: new Map([["SPRING25", 25]]) };
}
