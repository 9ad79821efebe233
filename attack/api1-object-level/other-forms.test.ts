/** Other forms: the same objects, as a stream of lines, compressed, and as a head without a body. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import { gzipSync } from "node:zlib";
import { parse, stringify } from "yaml";
import { bank } from "../../examples/bank/example.ts";
import { attack } from "../attack.ts";
import type { PlaceOptions } from "../place.ts";

interface Document {
  readonly paths: Record<string, Record<string, { responses: Record<string, unknown>; readonly [word: string]: unknown }>>;
  readonly [word: string]: unknown;
}

const folder = mkdtempSync(path.join(tmpdir(), "sallyport-forms-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const contract = path.join(folder, "openapi.yaml");
writeFileSync(contract, stringify(widen(parse(readFileSync(path.join(bank.folder, "openapi.yaml"), "utf8")) as Document))); // our own file

/** The bank's contract, with a list of lines, and HEAD for one account. */
function widen(document: Document): Document {
  const { "/accounts": list, "/accounts/{accountId}": one } = document.paths;
  if (list?.["get"] === undefined || one?.["get"] === undefined) throw new Error("the bank's contract has changed");
  list["get"].responses["200"] = { description: "Line by line.", content: { "application/x-ndjson": { itemSchema: { $ref: "#/components/schemas/Account" } } } };
  one["head"] = { ...one["get"], operationId: "headAccount", responses: { "200": { description: "It is there." }, "404": { description: "It is not." } } };
  return { ...document, openapi: "3.2.0" };
}

/** Where owner is waived it stays so. */
const change: PlaceOptions["change"] = (policy) => {
  policy["contract"] = contract;
  const isWaived = JSON.stringify(policy.everywhere["owner"] ?? "").includes("waived");
  const owner = isWaived ? policy.everywhere["owner"] : { lookup: "getAccount", with: { accountId: "path.accountId" }, field: "customerId" };
  policy.operations["headAccount"] = { owner };
};

const account = (accountId: string, customerId: string): string => JSON.stringify({ accountId, customerId, branch: "north", title: "Current account", currency: "EUR", balance: 4_210 });
const lines = [account("acc-100101", "cus-1001"), account("acc-100201", "cus-1002"), account("acc-100102", "cus-1001")].map((line) => `${line}\n`).join("");
const lined = { "content-type": "application/x-ndjson" };

/** In pieces that end where no line does. */
function trickle(response: ServerResponse, text: string): void {
  response.writeHead(200, lined);
  for (let at = 0; at < text.length; at += 37) response.write(text.slice(at, at + 37));
  response.end();
}

attack("a stream of lines holds another customer's account", {
  waive: ["owner"],
  change,
  run: async (place) => {
    place.instead = (_request, response) => trickle(response, lines);
    const { body } = await place.ask({ as: "cus-1001", target: "/accounts" });
    if (!body.includes("acc-100102")) throw new Error(`her own do not come through: ${body}`);
    return body.includes("cus-1002");
  },
});

attack("the last line, which has no end, goes by unjudged", {
  waive: ["owner"],
  change,
  run: async (place) => {
    place.instead = (_request, response) => trickle(response, account("acc-100201", "cus-1002"));
    return (await place.ask({ as: "cus-1001", target: "/accounts" })).body.includes("cus-1002");
  },
});

attack("a compressed stream of lines goes by unread", {
  waive: ["owner", "answer-body"],
  change,
  run: async (place) => {
    place.instead = (_request, response) => void response.writeHead(200, { ...lined, "content-encoding": "gzip" }).end(gzipSync(lines));
    return (await place.ask({ as: "cus-1001", target: "/accounts", headers: { "accept-encoding": "gzip" } })).status === 200;
  },
});

for (const telling of ["status", "content-length", "etag"] as const) {
  attack(`HEAD tells by its ${telling} what another customer's account is like`, {
    waive: ["owner"],
    change,
    run: async (place) => {
      place.instead = (request, response) => {
        const [id] = /acc-\d+/.exec(request.url ?? "") ?? [];
        if (id === "acc-100201") {
          const text = account(id, "cus-1002");
          return void response.writeHead(200, { "content-type": "application/json", "content-length": text.length, etag: '"7"' }).end(request.method === "HEAD" ? undefined : text);
        }
        response.writeHead(404, { "content-type": "application/problem+json" }).end(request.method === "HEAD" ? undefined : '{"type":"about:blank","title":"None","status":404}');
      };
      const [foreign, missing] = [await place.ask({ as: "cus-1001", method: "HEAD", target: "/accounts/acc-100201" }), await place.ask({ as: "cus-1001", method: "HEAD", target: "/accounts/acc-999999" })];
      return telling === "status" ? foreign.status !== missing.status : foreign.headers[telling] !== missing.headers[telling];
    },
  });
}
