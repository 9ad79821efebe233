/** Desk: a folder with a few files, and the command line in it, with what it prints kept for looking at. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { runCommandLine } from "../../src/cli/main.ts";
import type { SecretSource } from "../../src/cli/ask-secret.ts";
import { openTerminal } from "../../src/cli/terminal.ts";

export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

export interface Desk {
  readonly folder: string;
  readonly run: (...words: string[]) => Promise<Printed>;
}

export interface DeskOptions {
  /** What is typed or piped in, anew for each run. */
  readonly stdin?: () => SecretSource;
  readonly isTTY?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

export function openDesk(test: Pick<TestContext, "after">, files: Readonly<Record<string, string>> = {}, { isTTY = false, environment = {}, stdin }: DeskOptions = {}): Desk {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "sallyport-cli-")));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return {
    folder,
    async run(...words) {
      let out = "";
      let error = "";
      const terminal = openTerminal({
        stdin,
        stdout: { isTTY, write: (text) => (out += text) },
        stderr: { isTTY, write: (text) => (error += text) },
        environment,
        folder,
      });
      const code = await runCommandLine(words, terminal);
      return { code, out, error };
    },
  };
}

/** A contract with a public operation, one with scopes and a body, and one with an id in its path. */
export const CONTRACT = `openapi: 3.1.1
info: { title: Orders, version: "1.0" }
paths:
  /prices:
    get:
      operationId: listPrices
      security: []
      responses:
        "200": { description: Prices., content: { application/json: { schema: { type: array, items: { type: string } } } } }
  /orders:
    post:
      operationId: createOrder
      security: [{ tokens: [orders:write] }]
      requestBody:
        required: true
        content: { application/json: { schema: { type: object, properties: { count: { type: integer, minimum: 1 } }, required: [count], additionalProperties: false } } }
      responses:
        "201": { description: Made. }
  /orders/{orderId}:
    get:
      operationId: getOrder
      summary: One order
      security: [{ tokens: [] }]
      parameters: [{ name: orderId, in: path, required: true, schema: { type: string, maxLength: 20 } }]
      responses:
        "200": { description: The order., content: { application/json: { schema: { type: object } } } }
components:
  securitySchemes:
    tokens: { type: openIdConnect, openIdConnectUrl: "https://id.example/.well-known/openid-configuration" }
`;

export const POLICY = `contract: ./openapi.yaml
upstream: http://127.0.0.1:8080
everywhere:
  jwt: { issuer: "https://id.example", audience: orders }
  token-bucket: { burst: 60, window: 1m }
operations:
  listPrices: { public: "price list, agreed 2026-11-20" }
  createOrder:
    token-bucket: { burst: 5, window: 1m, mode: observe }
    headers: { waived: "the API sets its own, agreed 2026-11-20" }
`;
