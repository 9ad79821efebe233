/** Desk: a policy that answers questions, and a way to ask it. */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import type { AuditRecord } from "../../../src/audit/record.ts";
import type { Json, JsonObject } from "../../../src/contract/json-value.ts";
import { writeMisfit } from "../../../src/contract/misfit.ts";
import { startDecisions } from "../../../src/hosts/decisions/decisions.ts";
import { CONTRACT, ISSUER, writeFiles } from "../../hosts.ts";
import { recordingSink } from "../gateway/rig.ts";

export const TOKEN: string = randomBytes(32).toString("base64url");

export interface Desk {
  readonly url: string;
  readonly records: AuditRecord[];
  readonly ask: (path: string, body: Json | string, headers?: Readonly<Record<string, string>>) => Promise<{ readonly status: number; readonly body: Json; readonly headers: Headers }>;
}

const POLICY: JsonObject = {
  contract: "./openapi.json",
  decisions: { port: 0, clients: { console: "file:./token", batch: "file:./other" } },
  roles: { from: "roles", known: ["clerk", "boss"] },
  claims: { tenant: "string" },
  everywhere: { jwt: { issuer: ISSUER, audience: "orders", keys: "file:./jwks.json" }, "token-bucket": { burst: 1, window: "1h" } },
  operations: {
    listPrices: { public: "price list for everybody" },
    putFile: { public: "a drop box in a test" },
    getFile: { public: "a drop box in a test" },
    createOrder: { role: { any: "boss" } },
  },
};

/** @param operations what the policy says beside what the desk's own does */
export async function openDesk(t: Pick<TestContext, "after">, operations: JsonObject = {}, contract: JsonObject = CONTRACT): Promise<Desk> {
  const file = writeFiles({ contract, policy: { ...POLICY, operations: { ...(POLICY["operations"] as JsonObject), ...operations } } });
  writeFileSync(path.join(path.dirname(file), "token"), TOKEN);
  writeFileSync(path.join(path.dirname(file), "other"), randomBytes(32).toString("base64url"));
  const records: AuditRecord[] = [];
  const start = await startDecisions(file, { say: () => undefined, sink: recordingSink(records), watch: false });
  if ("misfits" in start) throw new Error(start.misfits.map(writeMisfit).join("\n"));
  t.after(start.stop);
  return {
    url: start.url,
    records,
    async ask(where, body, headers = {}) {
      const response = await fetch(start.url + where, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, body: response.headers.get("content-type") === "application/json" ? (JSON.parse(text) as Json) : text, headers: response.headers };
    },
  };
}
