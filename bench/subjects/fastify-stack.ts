/**
 * Fastify stack: the gateway that a team assembles from Fastify and its own plug-ins.
 *
 * Two settings differ from Fastify's defaults, because the default would let a bad body pass: additional properties are
 * refused and not dropped. Answers are not checked: reply-from streams them.
 */
import { createPublicKey } from "node:crypto";
import type { JsonWebKey } from "node:crypto";
import { readFileSync } from "node:fs";
import fastifyHelmet from "@fastify/helmet";
import fastifyJwt from "@fastify/jwt";
import fastifyRateLimit from "@fastify/rate-limit";
import fastifyReplyFrom from "@fastify/reply-from";
import { fastify } from "fastify";
import type { FastifyRequest } from "fastify";
import { pino } from "pino";
import { linesSchema, newOrderSchema, orderIdSchema } from "../contract.ts";
import { readPlace } from "../place.ts";

const upstreamConnections = 64;
const backlog = 1_024;
/** Tokens whose verification is remembered: twice the bench's subjects, so that none is evicted. */
const cachedTokens = 2_000;
const windowMilliseconds = 60_000;

const place = readPlace(process.argv[2]);
// Written by material.ts: a set of one key.
const keys = JSON.parse(readFileSync(place.keysFile, "utf8")) as { readonly keys: readonly [JsonWebKey] };
const publicKey = createPublicKey({ key: keys.keys[0], format: "jwk" }).export({ type: "spki", format: "pem" }).toString();
const destination = pino.destination({ dest: place.auditFile, sync: false });

const app = fastify({
  loggerInstance: pino({ base: null }, destination),
  disableRequestLogging: true,
  ajv: { customOptions: { removeAdditional: false } },
});
await app.register(fastifyHelmet);
await app.register(fastifyJwt, {
  secret: { public: publicKey },
  verify: {
    algorithms: ["ES256"],
    allowedIss: place.issuer,
    allowedAud: place.audience,
    checkTyp: "at+jwt",
    cache: cachedTokens,
  },
});
app.addHook("onRequest", async (request, reply) => {
  try {
    await request.jwtVerify();
  } catch {
    return reply.code(401).send({ title: "Unauthorized" });
  }
  return undefined;
});
await app.register(fastifyRateLimit, {
  max: place.limitPerMinute,
  timeWindow: windowMilliseconds,
  keyGenerator: readSubject,
});
await app.register(fastifyReplyFrom, {
  base: place.upstream,
  undici: { connections: upstreamConnections, pipelining: 1 },
  disableRequestLogging: true,
});
app.addHook("onResponse", async (request, reply) => {
  request.log.info({
    method: request.method,
    url: request.url,
    status: reply.statusCode,
    subject: readSubject(request),
    address: request.ip,
    milliseconds: reply.elapsedTime,
  });
});
app.get(
  "/orders/:orderId",
  {
    schema: {
      params: { type: "object", required: ["orderId"], properties: { orderId: orderIdSchema } },
      querystring: {
        type: "object",
        required: ["lines"],
        additionalProperties: false,
        properties: { lines: linesSchema },
      },
    },
  },
  (_request, reply) => reply.from(),
);
app.post("/orders", { schema: { body: newOrderSchema } }, (_request, reply) => reply.from());
await app.listen({ port: place.port, host: "127.0.0.1", backlog });
process.once("SIGTERM", () => {
  destination.flushSync();
  process.exit(0);
});

function readSubject(request: FastifyRequest): string {
  // The payload of a token that jwtVerify has passed; undefined before that.
  const payload = request.user as { readonly sub?: string } | undefined;
  return payload?.sub ?? "";
}
