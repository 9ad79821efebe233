/**
 * Contract: the OpenAPI document of the API behind every subject, and its schemas.
 *
 * One source for all: Sallyport and express-openapi-validator read the document, fastify takes the same schemas for its
 * routes. OpenAPI 3.0.3, since that is what every reader of the field understands.
 */
export type Schema = Readonly<Record<string, unknown>>;

const orderIdPattern = "^ord_[0-9a-f]{16}$";
/** The API answers this order with a body that breaks the contract, to see which subject notices. */
export const brokenOrderId = "ord_00000000deadbeef";

const line = {
  type: "object",
  required: ["sku", "quantity", "unitPrice"],
  additionalProperties: false,
  properties: {
    sku: { type: "string", pattern: "^SKU-[0-9]{5}$" },
    quantity: { type: "integer", minimum: 1, maximum: 100 },
    unitPrice: { type: "integer", minimum: 0, maximum: 10_000_000 },
  },
};

const delivery = {
  type: "object",
  required: ["street", "city", "postcode", "country"],
  additionalProperties: false,
  properties: {
    street: { type: "string", minLength: 1, maxLength: 100 },
    city: { type: "string", minLength: 1, maxLength: 60 },
    postcode: { type: "string", minLength: 2, maxLength: 12 },
    country: { type: "string", pattern: "^[A-Z]{2}$" },
  },
};

const shared = {
  reference: { type: "string", minLength: 1, maxLength: 40 },
  currency: { type: "string", enum: ["EUR", "GBP", "USD"] },
  lines: { type: "array", minItems: 1, maxItems: 50, items: line },
};

export const newOrderSchema: Schema = {
  type: "object",
  required: ["reference", "currency", "lines", "delivery"],
  additionalProperties: false,
  properties: { ...shared, delivery, gift: { type: "boolean" }, note: { type: "string", maxLength: 200 } },
};

const orderSchema = {
  type: "object",
  required: ["id", "reference", "status", "currency", "total", "createdAt", "lines"],
  additionalProperties: false,
  properties: {
    id: { type: "string", pattern: orderIdPattern },
    ...shared,
    status: { type: "string", enum: ["placed", "paid", "sent"] },
    total: { type: "integer", minimum: 0 },
    createdAt: { type: "string", format: "date-time" },
  },
};

export const orderIdSchema: Schema = { type: "string", pattern: orderIdPattern };
export const linesSchema: Schema = { type: "integer", minimum: 1, maximum: 50 };

const problem = {
  description: "Refused",
  content: { "application/problem+json": { schema: { type: "object" } } },
};

function answer(description: string): object {
  return { description, content: { "application/json": { schema: { $ref: "#/components/schemas/Order" } } } };
}

export const contract: Schema = {
  openapi: "3.0.3",
  info: { title: "Orders", version: "1.0.0" },
  paths: {
    "/orders/{orderId}": {
      get: {
        operationId: "readOrder",
        parameters: [
          { name: "orderId", in: "path", required: true, schema: orderIdSchema },
          { name: "lines", in: "query", required: true, schema: linesSchema },
        ],
        responses: { "200": answer("The order"), default: problem },
      },
    },
    "/orders": {
      post: {
        operationId: "createOrder",
        requestBody: {
          required: true,
          content: { "application/json": { schema: { $ref: "#/components/schemas/NewOrder" } } },
        },
        responses: { "201": answer("The new order"), default: problem },
      },
    },
  },
  security: [{ bearer: [] }],
  components: {
    schemas: { NewOrder: newOrderSchema, Order: orderSchema },
    securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
  },
};
