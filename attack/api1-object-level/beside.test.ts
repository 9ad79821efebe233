/**
 * Beside: all that an answer says beside its body, and the forms in which the body is not what it seems.
 *
 * What belongs to another customer has to look like what is not there: so each field is compared between the two.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { attack } from "../attack.ts";
import type { Place, Told } from "../place.ts";

const account = { accountId: "acc-100201", customerId: "cus-1002", branch: "north", title: "Current account", currency: "EUR", balance: 4_210 };
const text = JSON.stringify(account);
const foreign = { as: "cus-1001", target: "/accounts/acc-100201" } as const;
const missing = { ...foreign, target: "/accounts/acc-999999" } as const;
const json = { "content-type": "application/json" };

/** A bank that has the one account, answers for it in its own way, and knows no other. */
function bankWith(place: Place, answer: (response: ServerResponse, request: IncomingMessage) => void): void {
  place.instead = (request, response) => {
    if (request.url === foreign.target) return answer(response, request);
    const problem = JSON.stringify({ type: "https://bank.example/problems/not-found", title: "There is no such account", status: 404 });
    response.writeHead(404, { "content-type": "application/problem+json", "content-length": problem.length }).end(problem);
  };
}

const FIELDS: Readonly<Record<string, string | readonly string[]>> = {
  etag: '"7"', "last-modified": "Fri, 20 Nov 2026 10:00:00 GMT", "content-digest": "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:", "repr-digest": "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:", digest: "sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
  "content-md5": "Q2hlY2sgSW50ZWdyaXR5IQ==", "server-timing": "db;dur=53", "x-runtime": "0.0531", "set-cookie": ["seen=acc-100201; Path=/"], age: "31", "cache-control": "private, max-age=60", vary: "accept", link: '</customers/cus-1002>; rel="owner"', location: "/customers/cus-1002", "content-location": "/customers/cus-1002/accounts/1",
  "content-language": "en", "content-disposition": 'inline; filename="cus-1002.json"', "accept-ranges": "bytes", "x-customer": "cus-1002", "x-total-count": "1", "retry-after": "5", allow: "GET, PATCH", warning: '199 - "cus-1002"',
};

/** Of two answers at two moments these differ whatever happens. */
const OF_THE_MOMENT: ReadonlySet<string> = new Set(["date", "x-request-id", "keep-alive"]);

function fieldsOf({ headers }: Told): string {
  return Object.entries(headers).filter(([name]) => !OF_THE_MOMENT.has(name)).map(([name, value]) => `${name}: ${String(value)}`).toSorted().join("\n");
}

for (const [name, value] of Object.entries(FIELDS)) {
  attack(`the field ${name} tells what is another customer's from what is not there`, {
    waive: ["owner"],
    run: async (place) => {
      bankWith(place, (response) => response.writeHead(200, { ...json, [name]: value as string }).end(text));
      return fieldsOf(await place.ask(foreign)) !== fieldsOf(await place.ask(missing));
    },
  });
}

for (const [coding, pack] of [["br", brotliCompressSync], ["deflate", deflateSync], ["zstd", zstdCompressSync], ["gzip, gzip", (plain: string): Buffer => gzipSync(gzipSync(plain))], ["identity, gzip", (plain: string): Buffer => gzipSync(plain)], ["x-gzip", (plain: string): Buffer => gzipSync(plain)]] as const) {
  attack(`an answer in ${coding} goes by unread`, {
    waive: ["owner", "answer-body"],
    run: async (place) => {
      bankWith(place, (response) => response.writeHead(200, { ...json, "content-encoding": coding }).end(pack(text)));
      return (await place.ask({ ...foreign, headers: { "accept-encoding": coding } })).status === 200;
    },
  });
}

for (const status of [500, 501, 503, 507]) {
  attack(`a ${status} shows the account with which the bank had its trouble`, {
    waive: ["owner", "faults"],
    run: async (place) => {
      bankWith(place, (response) => response.writeHead(status, { "content-type": "application/problem+json" }).end(JSON.stringify({ type: "about:blank", title: "Trouble", status, detail: text })));
      return (await place.ask(foreign)).body.includes("cus-1002");
    },
  });
}

attack("the time of the last change is asked for (304)", {
  waive: ["owner"],
  run: async (place) => {
    bankWith(place, (response, request) => (request.headers["if-modified-since"] === undefined ? response.writeHead(200, json).end(text) : response.writeHead(304, { "last-modified": "Fri, 20 Nov 2026 10:00:00 GMT" }).end()));
    return (await place.ask({ ...foreign, headers: { "if-modified-since": "Fri, 20 Nov 2026 11:00:00 GMT" } })).status === 304;
  },
});

attack("a part that is not there tells the length of the account (416)", {
  waive: ["owner"],
  run: async (place) => {
    bankWith(place, (response, request) => (request.headers.range === undefined ? response.writeHead(200, json).end(text) : response.writeHead(416, { "content-range": `bytes */${text.length}` }).end()));
    const told = await place.ask({ ...foreign, headers: { range: "bytes=100000-" } });
    return told.status === 416 || told.headers["content-range"] !== undefined;
  },
});

attack("several parts come in a form that nobody declared (multipart/byteranges)", {
  waive: ["owner", "answer-body", "answer-status"],
  run: async (place) => {
    bankWith(place, (response, request) => {
      if (request.headers.range === undefined) return void response.writeHead(200, json).end(text);
      const part = (from: number, to: number): string => `--x\r\ncontent-type: application/json\r\ncontent-range: bytes ${from}-${to}/${text.length}\r\n\r\n${text.slice(from, to + 1)}\r\n`;
      response.writeHead(206, { "content-type": "multipart/byteranges; boundary=x" }).end(`${part(0, 50)}${part(51, text.length - 1)}--x--\r\n`);
    });
    return (await place.ask({ ...foreign, headers: { range: "bytes=0-50,51-" } })).body.includes("cus-1002");
  },
});

attack("a link in one's own account leads into another customer's", {
  waive: ["owner"],
  run: async (place) => {
    place.instead = (request, response) => response.writeHead(200, { ...json, link: `<${foreign.target}>; rel="partner"` }).end(request.url === foreign.target ? text : JSON.stringify({ ...account, accountId: "acc-100101", customerId: "cus-1001" }));
    const { headers } = await place.ask({ ...foreign, target: "/accounts/acc-100101" });
    const [, target = foreign.target] = /^<([^>]+)>/.exec(String(headers.link)) ?? [];
    return (await place.ask({ ...foreign, target })).body.includes("cus-1002");
  },
});
