/** Content: bodies of every kind that a contract can describe, through every host, both ways. */
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, describe, test } from "node:test";
import zlib from "node:zlib";
import type { AuditRecord } from "../../src/audit/record.ts";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { type Host, HOSTS, type HostName, type Received, send, type Sending, startHosts } from "../hosts.ts";

const ITEM: JsonObject = { type: "object", properties: { id: { type: "integer" }, note: { type: "string", maxLength: 20 } }, required: ["id"], additionalProperties: false };
const takes = (content: JsonObject): JsonObject => ({ security: [], requestBody: { required: true, content }, responses: { 204: { description: "taken" } } });
const gives = (content: JsonObject): JsonObject => ({ security: [], responses: { 200: { description: "given", content } } });

const CONTRACT: JsonObject = {
  openapi: "3.2.0",
  info: { title: "content", version: "1" },
  paths: {
    "/form": { post: { operationId: "form", ...takes({ "application/x-www-form-urlencoded": { schema: ITEM } }) } },
    "/parts": { post: { operationId: "parts", ...takes({ "multipart/form-data": { schema: { type: "object", properties: { note: { type: "string" }, file: { type: "string", format: "binary" } }, additionalProperties: false } } }) } },
    "/image": { put: { operationId: "image", ...takes({ "image/*": {} }) } },
    "/lines": { post: { operationId: "putLines", ...takes({ "application/jsonl": { itemSchema: ITEM } }) }, get: { operationId: "getLines", ...gives({ "application/jsonl": { itemSchema: ITEM } }) } },
    "/events": { get: { operationId: "events", ...gives({ "text/event-stream": { itemSchema: { type: "object", properties: { data: { type: "string", maxLength: 5 } } } } }) } },
    "/xml": { post: { operationId: "putXml", ...takes({ "application/xml": { schema: { ...ITEM, xml: { name: "item" } } } }) }, get: { operationId: "getXml", ...gives({ "application/xml": { schema: { ...ITEM, xml: { name: "item" } } } }) } },
    "/item": { patch: { operationId: "merge", ...takes({ "application/merge-patch+json": { schema: ITEM } }) }, put: { operationId: "coded", ...takes({ "application/json": { schema: ITEM } }) } },
  },
};

const ids = ["form", "parts", "image", "putLines", "getLines", "events", "putXml", "getXml", "merge", "coded"];
const POLICY: JsonObject = {
  contract: "./openapi.json",
  listen: { port: 0 },
  deadline: "5s",
  operations: Object.fromEntries(ids.map((id) => [id, { public: "bodies of a test", ...(id === "coded" ? { body: { decode: ["gzip", "br", "zstd"] } } : {}) }])),
};

const multipart = (parts: string): Pick<Sending, "body" | "headers"> => ({ body: Buffer.from(parts.replaceAll("\n", "\r\n"), "latin1"), headers: { "content-type": "multipart/form-data; boundary=b" } });
const as = (type: string, body: string | Buffer, headers = {}): Pick<Sending, "body" | "headers"> => ({ body, headers: { "content-type": type, ...headers } });
const FILE = (name: string, content: string): string => `--b\nContent-Disposition: form-data; name="note"\n\nhello\n--b\nContent-Disposition: form-data; name="file"; filename="${name}"\nContent-Type: application/octet-stream\n\n${content}\n--b--\n`;
const GIF = Buffer.concat([Buffer.from("GIF89a"), Buffer.alloc(300_000, 7)]);
const BIG = Buffer.alloc(3_000_000);

/** `reaches`: what the API gets; without it the request stays out. */
const REQUESTS: readonly (readonly [title: string, sending: Sending, status: number, reaches?: string | Buffer])[] = [
  ["a form", { method: "POST", target: "/form", ...as("application/x-www-form-urlencoded", "id=1&note=a+b") }, 204, "id=1&note=a+b"],
  ["a form whose number is none", { method: "POST", target: "/form", ...as("application/x-www-form-urlencoded", "id=x") }, 400],
  ["a form with a field twice", { method: "POST", target: "/form", ...as("application/x-www-form-urlencoded", "id=1&id=2") }, 400],
  ["a multipart form with a file", { method: "POST", target: "/parts", ...multipart(FILE("a.bin", "\0\x01")) }, 204, FILE("a.bin", "\0\x01").replaceAll("\n", "\r\n")],
  ["a multipart form with a file that climbs", { method: "POST", target: "/parts", ...multipart(FILE("../a.bin", "x")) }, 400],
  ["a multipart form with a script", { method: "POST", target: "/parts", ...multipart(FILE("a.php", "<?php")) }, 400],
  ["a multipart form with a mere LF", { method: "POST", target: "/parts", ...as("multipart/form-data; boundary=b", FILE("a.bin", "x")) }, 400],
  ["an image", { method: "PUT", target: "/image", ...as("image/gif", GIF) }, 204, GIF],
  ["an image in pieces", { method: "PUT", target: "/image", headers: { "content-type": "image/gif" }, pieces: [GIF.subarray(0, 3), GIF.subarray(3, 10), GIF.subarray(10)] }, 204, GIF],
  ["a page that says it is an image", { method: "PUT", target: "/image", ...as("image/gif", "<html>") }, 400],
  ["lines", { method: "POST", target: "/lines", ...as("application/jsonl", '{"id":1}\n{"id":2}\n') }, 204, '{"id":1}\n{"id":2}\n'],
  ["lines of which the second does not fit", { method: "POST", target: "/lines", ...as("application/jsonl", '{"id":1}\n{"id":"2"}\n') }, 400],
  ["XML", { method: "POST", target: "/xml", ...as("application/xml", "<item><id>1</id></item>") }, 204, "<item><id>1</id></item>"],
  ["XML whose number is none", { method: "POST", target: "/xml", ...as("application/xml", "<item><id>x</id></item>") }, 400],
  ["XML with an entity", { method: "POST", target: "/xml", ...as("application/xml", '<!DOCTYPE item [<!ENTITY x SYSTEM "file:///etc/passwd">]><item><id>1</id><note>&x;</note></item>') }, 400],
  ["a merge patch of a part", { method: "PATCH", target: "/item", ...as("application/merge-patch+json", '{"note":null}') }, 204, '{"note":null}'],
  ["a merge patch that takes away what has to be there", { method: "PATCH", target: "/item", ...as("application/merge-patch+json", '{"id":null}') }, 400],
  ["a body in gzip", { method: "PUT", target: "/item", ...as("application/json", zlib.gzipSync('{"id":1}'), { "content-encoding": "gzip" }) }, 204, '{"id":1}'],
  ["a body in br, in pieces", { method: "PUT", target: "/item", headers: { "content-type": "application/json", "content-encoding": "br" }, pieces: [zlib.brotliCompressSync('{"id":1}')] }, 204, '{"id":1}'],
  ["a body in zstd that does not fit", { method: "PUT", target: "/item", ...as("application/json", zlib.zstdCompressSync('{"id":"x"}'), { "content-encoding": "zstd" }) }, 400],
  ["a bomb", { method: "PUT", target: "/item", ...as("application/json", zlib.brotliCompressSync(BIG), { "content-encoding": "br" }) }, 413],
  ["a coding that is not listed", { method: "POST", target: "/form", ...as("application/x-www-form-urlencoded", zlib.gzipSync("id=1"), { "content-encoding": "gzip" }) }, 415],
];

interface Broken {
  readonly status: number;
  readonly text: string;
  readonly whole: boolean;
}

/** Receives an answer that may break off. */
function receive({ port }: Host, target: string): Promise<Broken> {
  return new Promise((resolve, reject) => {
    http.get({ port, host: "127.0.0.1", path: target, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("error", () => undefined);
      response.on("close", () => resolve({ status: response.statusCode ?? 0, text, whole: response.complete }));
    }).on("error", reject);
  });
}

describe("content", () => {
  const hosts = new Map<HostName, Host>();

  before(async () => {
    for (const host of await startHosts({ contract: CONTRACT, policy: POLICY })) hosts.set(host.name, host);
  });
  after(async () => {
    for (const host of hosts.values()) await host.stop();
  });
  const hostOf = (name: HostName): Host => hosts.get(name) ?? assert.fail(`${name} did not start`);

  for (const name of HOSTS) {
    for (const [title, sending, status, reaches] of REQUESTS) {
      test(`${name}: ${title}: ${status}`, async () => {
        const host = hostOf(name);
        host.asked.length = 0;
        host.api = (_request, response) => void response.writeHead(204).end();
        const received: Received = await send(host, sending);
        assert.equal(received.status, status, received.body);
        assert.equal(host.asked.length, reaches === undefined ? 0 : 1);
        if (reaches === undefined) return;
        const [asked] = host.asked;
        assert.ok(Buffer.from(asked?.body ?? "", "latin1").equals(Buffer.from(reaches as string, "latin1")), "what was judged is what arrives");
        assert.equal(asked?.headers["content-encoding"], undefined);
        const announced = asked?.headers["content-length"];
        assert.ok(announced === undefined || Number(announced) === Buffer.byteLength(reaches), "and its length is its length");
      });
    }

    test(`${name}: an XML answer leaves if it fits, and not otherwise`, async () => {
      const host = hostOf(name);
      for (const [body, status] of [["<item><id>1</id></item>", 200], ["<item><id>1</id><secret>canary</secret></item>", 502]] as const) {
        host.api = (_request, response) => void response.writeHead(200, { "content-type": "application/xml" }).end(body);
        const received = await send(host, { target: "/xml" });
        assert.deepEqual([received.status, received.body.includes("canary")], [status, false]);
      }
    });

    test(`${name}: a stream leaves item by item, before it ends`, async () => {
      const host = hostOf(name);
      let finish: (() => void) | undefined;
      host.api = (_request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write("data: one\n\n");
        finish = () => response.end("data: two\n\n");
      };
      const text = await new Promise<string>((resolve, reject) => {
        let seen = "";
        http.get({ port: host.port, host: "127.0.0.1", path: "/events", agent: false }, (response) => {
          response.on("data", (chunk: Buffer) => {
            seen += chunk.toString();
            // The first event is here while the API still holds the second back.
            if (seen === "data: one\n\n") finish?.();
          });
          response.on("end", () => resolve(seen));
        }).on("error", reject);
      });
      assert.equal(text, "data: one\n\ndata: two\n\n");
    });

    test(`${name}: a stream breaks off at the first item that does not fit, and the record says why`, async () => {
      const host = hostOf(name);
      host.records.length = 0;
      host.api = (_request, response) => {
        response.writeHead(200, { "content-type": "application/jsonl" });
        response.write('{"id":1}\n');
        setTimeout(() => response.end('{"id":2,"secret":"canary"}\n{"id":3}\n'), 50);
      };
      const { status, text, whole } = await receive(host, "/lines");
      assert.deepEqual([status, text, whole], [200, '{"id":1}\n', false]);
      const find = (): AuditRecord | undefined => host.records.find(({ operation }) => operation === "getLines");
      for (let turn = 0; turn < 100 && find() === undefined; turn++) await new Promise((resolve) => setTimeout(resolve, 10));
      assert.deepEqual([find()?.outcome, find()?.problem, find()?.blame], ["failed", "answer-breaks-contract", "api"]);
    });

    test(`${name}: a long stream of lines arrives whole`, async () => {
      const host = hostOf(name);
      const line = `{"id":1,"note":"${"x".repeat(20)}"}\n`;
      host.api = (_request, response) => {
        response.writeHead(200, { "content-type": "application/jsonl" });
        let left = 200;
        const write = (): void => {
          while (left-- > 0) if (!response.write(line.repeat(100))) return void response.once("drain", write);
          response.end();
        };
        write();
      };
      const { text, whole } = await receive(host, "/lines");
      assert.deepEqual([text.length, whole], [line.length * 20_000, true]);
    });
  }
});
