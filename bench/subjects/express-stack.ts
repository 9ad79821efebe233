/**
 * Express stack: the gateway that a team assembles from Express and the usual packages.
 *
 * In the order that their documentations recommend. Answers are checked too, which express-openapi-validator does in
 * `response.json`: the proxy therefore hands the answer over instead of streaming it past.
 */
import { createPublicKey } from "node:crypto";
import type { JsonWebKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import type { IncomingMessage } from "node:http";
import express from "express";
import type { NextFunction, Request, Response } from "express";
import * as validator from "express-openapi-validator";
import { rateLimit } from "express-rate-limit";
import helmet from "helmet";
import { createProxyMiddleware, fixRequestBody } from "http-proxy-middleware";
import jsonwebtoken from "jsonwebtoken";
import { pino } from "pino";
import { readPlace } from "../place.ts";

const upstreamConnections = 64;
const backlog = 1_024;
const windowMilliseconds = 60_000;

const place = readPlace(process.argv[2]);
// Written by material.ts: a set of one key.
const keys = JSON.parse(readFileSync(place.keysFile, "utf8")) as { readonly keys: readonly [JsonWebKey] };
const publicKey = createPublicKey({ key: keys.keys[0], format: "jwk" });
const destination = pino.destination({ dest: place.auditFile, sync: false });
const log = pino({ base: null }, destination);

const app = express();
app.use(record);
app.use(helmet());
app.use(authenticate);
app.use(
  rateLimit({
    windowMs: windowMilliseconds,
    limit: place.limitPerMinute,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    keyGenerator: (_request, response) => String(response.locals.subject),
  }),
);
app.use(express.json({ limit: "100kb" }));
app.use(
  validator.middleware({
    apiSpec: place.contractFile,
    validateRequests: true,
    validateResponses: true,
    validateSecurity: false, // jsonwebtoken above has done it.
  }),
);
app.use(
  createProxyMiddleware<Request, Response>({
    target: place.upstream,
    agent: new Agent({ keepAlive: true, maxSockets: upstreamConnections }),
    selfHandleResponse: true,
    on: { proxyReq: fixRequestBody, proxyRes: passAnswer },
  }),
);
app.use(refuse);
const server = app.listen({ port: place.port, host: "127.0.0.1", backlog });
process.once("SIGTERM", () => {
  server.close();
  destination.flushSync();
  process.exit(0);
});

function record(request: Request, response: Response, next: NextFunction): void {
  const started = performance.now();
  response.once("finish", () => {
    log.info({
      method: request.method,
      url: request.originalUrl,
      status: response.statusCode,
      subject: response.locals.subject,
      address: request.ip,
      milliseconds: performance.now() - started,
    });
  });
  next();
}

function authenticate(request: Request, response: Response, next: NextFunction): void {
  const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
  try {
    const verified = jsonwebtoken.verify(token, publicKey, {
      algorithms: ["ES256"],
      issuer: place.issuer,
      audience: place.audience,
      complete: true,
    });
    if (verified.header.typ !== "at+jwt") throw new TypeError("not an access token");
    response.locals.subject = verified.payload.sub;
  } catch {
    response.status(401).json({ title: "Unauthorized" });
    return;
  }
  next();
}

function passAnswer(answer: IncomingMessage, _request: Request, response: Response): void {
  const chunks: Buffer[] = [];
  answer.on("data", (chunk: Buffer) => chunks.push(chunk));
  answer.on("end", () => {
    response.status(answer.statusCode ?? 502);
    response.json(JSON.parse(Buffer.concat(chunks).toString()));
  });
}

// Express knows an error function by its four parameters.
function refuse(error: { readonly status?: number }, _request: Request, response: Response, _next: NextFunction): void {
  const status = error.status ?? 500;
  response.status(status).json({ title: status < 500 ? "Bad Request" : "Internal Server Error" });
}
