/**
 * Catalogue: all subjects, in the order of the table.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "../launch.ts";
import type { Place } from "../place.ts";
import { nginx } from "./nginx.ts";
import { sallyport } from "./sallyport.ts";
import type { Subject } from "./subject.ts";

const expressStack: Subject = {
  name: "express-stack",
  about: "express, helmet, jsonwebtoken, express-rate-limit, express-openapi-validator, http-proxy-middleware, pino",
  guards: ["token", "parameters", "body", "limit", "headers", "answer", "record"],
  overTls: false,
  missing: () => undefined,
  command: (place) => runProgram("express-stack.ts", place),
};

const fastifyStack: Subject = {
  name: "fastify-stack",
  about: "fastify, @fastify/jwt with cache, rate-limit, helmet, reply-from, route schemas (ajv), pino",
  // reply-from streams the answer past fastify's response schemas, so answers are not checked.
  guards: ["token", "parameters", "body", "limit", "headers", "record"],
  overTls: false,
  missing: () => undefined,
  command: (place) => runProgram("fastify-stack.ts", place),
};

const bareProxy: Subject = {
  name: "bare-proxy",
  about: "node:http in front, undici Pool.dispatch behind, no guard",
  guards: [],
  overTls: true,
  missing: () => undefined,
  command: (place) => runProgram("bare-proxy.ts", place),
};

const bareRelay: Subject = {
  name: "bare-relay",
  about: "node:net alone: messages from socket to socket, unread",
  guards: [],
  overTls: false,
  missing: () => undefined,
  command: (place) => runProgram("bare-relay.ts", place),
};

export const catalogue: readonly Subject[] = [sallyport, expressStack, fastifyStack, bareProxy, bareRelay, nginx];

function runProgram(file: string, place: Place): Command {
  const placeFile = join(place.folder, "place.json");
  writeFileSync(placeFile, JSON.stringify(place));
  return { program: process.execPath, words: [join(import.meta.dirname, file), placeFile] };
}
