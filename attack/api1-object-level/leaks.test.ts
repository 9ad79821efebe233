/** Leaks: the ways around a comparison of owners: what an answer says beside its body, and instead of it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { attack } from "../attack.ts";
import type { Place } from "../place.ts";

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const account = { accountId: "acc-100201", customerId: "cus-1002", branch: "north", title: "Current account", currency: "EUR", balance: 4_210 };
const text = JSON.stringify(account);
const target = "/accounts/acc-100201";

/** A bank that has the account of cus-1002, and nothing else, and answers for it in its own way. */
function bankWith(place: Place, answer: Answer): void {
  place.instead = (request, response) => {
    if (request.url?.startsWith(target)) return answer(response, request);
    const problem = JSON.stringify({ type: "https://bank.example/problems/not-found", title: "There is no such account", status: 404 });
    response.writeHead(404, { "content-type": "application/problem+json", "content-length": problem.length }).end(problem);
  };
}

const ada = { as: "cus-1001", target } as const;

attack("another customer's account is read", {
  waive: ["owner"],
  run: async (place) => (await place.ask(ada)).body.includes('"balance":'),
});

attack("another customer's account is read under another spelling of its path", {
  waive: ["owner"],
  run: async (place) => (await place.ask({ ...ada, target: "/accounts/%61cc-1002%30%31" })).body.includes("cus-1002"),
});

attack("another customer's account is renamed", {
  waive: ["owner"],
  run: async (place) => {
    await place.ask({ ...ada, method: "PATCH", body: { title: "Taken over" } });
    return place.books.findAccount("acc-100201")?.["title"] === "Taken over";
  },
});

attack("an account of the other branch is renamed by a teller", {
  waive: ["owner"],
  run: async (place) => {
    await place.ask({ as: "teller-south", method: "PATCH", target: "/accounts/acc-100202", body: { title: "Moved south" } });
    return place.books.findAccount("acc-100202")?.["title"] === "Moved south";
  },
});

attack("a change of what is somebody else's reaches the bank at all", {
  waive: ["owner"],
  run: async (place) => {
    await place.ask({ ...ada, method: "PATCH", body: { title: "Anything" } });
    return place.reached.some((line) => line.startsWith("PATCH"));
  },
});

attack("a condition tells the state of another customer's account (304)", {
  waive: ["owner"],
  run: async (place) => {
    bankWith(place, (response, request) => (request.headers["if-none-match"] === '"7"' ? response.writeHead(304, { etag: '"7"' }).end() : response.writeHead(200, { "content-type": "application/json", etag: '"7"' }).end(text)));
    return (await place.ask({ ...ada, headers: { "if-none-match": '"7"' } })).status === 304;
  },
});

attack("a condition that must hold tells it, too (412)", {
  waive: ["owner"],
  run: async (place) => {
    bankWith(place, (response, request) => (request.headers["if-match"] === undefined ? response.writeHead(200, { "content-type": "application/json" }).end(text) : response.writeHead(412).end()));
    return (await place.ask({ ...ada, headers: { "if-match": '"6"' } })).status === 412;
  },
});

attack("a part of another customer's account is asked for (206)", {
  waive: ["owner", "answer-body"],
  run: async (place) => {
    bankWith(place, (response, request) => {
      if (request.headers.range === undefined) return void response.writeHead(200, { "content-type": "application/json" }).end(text);
      response.writeHead(206, { "content-type": "application/json", "content-range": `bytes 0-60/${text.length}` }).end(text.slice(0, 61));
    });
    return (await place.ask({ ...ada, headers: { range: "bytes=0-60" } })).body.includes("cus-1002");
  },
});

attack("a redirect names what is behind it", {
  waive: ["owner"],
  run: async (place) => {
    bankWith(place, (response) => response.writeHead(302, { location: "/customers/cus-1002/accounts/1" }).end());
    return (await place.ask(ada)).headers.location?.includes("cus-1002") ?? false;
  },
});

for (const status of [400, 401, 403, 405, 409, 410, 422, 423, 451]) {
  attack(`the bank's own ${status} tells what is foreign from what is missing`, {
    waive: ["owner"],
    run: async (place) => {
      bankWith(place, (response) => response.writeHead(status).end());
      return (await place.ask(ada)).status !== (await place.ask({ ...ada, target: "/accounts/acc-999999" })).status;
    },
  });
}

attack("the body of an error names the owner", {
  waive: ["owner"],
  run: async (place) => {
    const problem = { type: "https://bank.example/problems/locked", title: "The account of cus-1002 is locked", status: 423 };
    bankWith(place, (response) => response.writeHead(423, { "content-type": "application/problem+json" }).end(JSON.stringify(problem)));
    return (await place.ask(ada)).body.includes("cus-1002");
  },
});

attack("an object that breaks the contract is told from one that does not exist", {
  waive: ["owner"],
  run: async (place) => {
    bankWith(place, (response) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ...account, riskScore: 1 })));
    return (await place.ask(ada)).status !== (await place.ask({ ...ada, target: "/accounts/acc-999999" })).status;
  },
});

attack("an answer to a missing object that the contract does not know is told from a foreign one", {
  waive: ["owner"],
  run: async (place) => {
    place.instead = (request, response) => (request.url === target ? response.writeHead(200, { "content-type": "application/json" }).end(text) : response.writeHead(404, { "content-type": "text/html" }).end("<h1>Not Found</h1>"));
    return (await place.ask(ada)).status !== (await place.ask({ ...ada, target: "/accounts/acc-999999" })).status;
  },
});

attack("a compressed answer goes by unread", {
  waive: ["owner", "answer-body"],
  run: async (place) => {
    bankWith(place, (response) => response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(gzipSync(text)));
    return (await place.ask({ ...ada, headers: { "accept-encoding": "gzip" } })).status === 200;
  },
});

attack("an owner is said twice, once for the door and once for the caller", {
  waive: ["owner", "answer-body"],
  run: async (place) => {
    bankWith(place, (response) => response.writeHead(200, { "content-type": "application/json" }).end(`{"customerId":"cus-1002",${text.slice(1, -1)},"customer\\u0049d":"cus-1001"}`));
    return (await place.ask(ada)).status === 200;
  },
});

attack("fields of a list count what others have", {
  waive: ["owner"],
  run: async (place) => {
    place.instead = (_request, response) => response.writeHead(200, { "content-type": "application/json", "x-total-count": "12", link: '</accounts?page=2>; rel="next"', etag: '"12-accounts"' }).end(`[${text}]`);
    const { headers } = await place.ask({ as: "cus-1001", target: "/accounts" });
    return [headers["x-total-count"], headers.link, headers.etag].some((value) => value !== undefined);
  },
});

attack("a count in the body counts what others have", {
  waive: ["owner"],
  run: async (place) => {
    place.instead = (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end('{"items":[],"total":120}');
    return (await place.ask({ as: "cus-1001", target: "/transfers" })).body.includes("120");
  },
});

attack("what was made for one caller may be kept for all", {
  waive: ["owner", "headers"],
  run: async (place) => {
    bankWith(place, (response) => response.writeHead(200, { "content-type": "application/json", "cache-control": "public, max-age=600" }).end(JSON.stringify({ ...account, customerId: "cus-1001" })));
    return (await place.ask(ada)).headers["cache-control"]?.includes("public") ?? false;
  },
});

attack("a program registers under the name of a customer", {
  waive: ["owner"],
  // In a token that a client got for itself the subject is the client (RFC 9068, section 5).
  run: async (place) => (await place.ask({ as: "cus-1002", client: "cus-1002", target })).body.includes('"balance":'),
});
