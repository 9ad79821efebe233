/** Properties: what callers read that is not for them, and set that is not theirs to set. */
import { createHash } from "node:crypto";
import { attack } from "../attack.ts";

const teller = { as: "teller-north", target: "/customers/cus-1001" } as const;
const ada = { as: "cus-1001" } as const;

attack("the bank answers with more than its contract says", {
  waive: ["answer-body"],
  run: async (place) => (await place.ask({ as: "teller-south", target: "/customers/cus-2001" })).body.includes("riskScore"),
});

attack("a teller who may not reach customers reads their address", {
  waive: ["properties"],
  run: async (place) => (await place.ask(teller)).body.includes("ada@example.com"),
});

attack("a property that is written with an escape is read all the same", {
  waive: ["properties"],
  run: async (place) => {
    place.instead = (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end('{"customerId":"cus-1001","branch":"north","name":"Ada","em\\u0061il":"ada@example.com","customerSince":"2019-04-01"}');
    return (await place.ask(teller)).body.includes("ada@example.com");
  },
});

attack("a hidden property is guessed by the hash of the whole", {
  waive: ["properties"],
  run: async (place) => {
    const customer = (email: string): string => JSON.stringify({ customerId: "cus-1001", branch: "north", name: "Ada", email, customerSince: "2019-04-01" });
    const hash = (body: string): string => `"${createHash("sha1").update(body).digest("base64")}"`;
    place.instead = (request, response) => {
      const body = customer("ada@example.com");
      if (request.headers["if-none-match"] === hash(body)) return void response.writeHead(304).end();
      response.writeHead(200, { "content-type": "application/json", etag: hash(body) }).end(body);
    };
    const guesses = ["eva@example.com", "ada@example.com"].map(customer).map(hash);
    const { headers } = await place.ask(teller);
    const answers = await Promise.all(guesses.map((guess) => place.ask({ ...teller, headers: { "if-none-match": guess } })));
    return guesses.includes(headers.etag ?? "") || answers.some(({ status }) => status === 304);
  },
});

attack("the length of an answer tells the length of what is hidden in it", {
  waive: ["properties"],
  run: async (place) => {
    const lengths: (string | undefined)[] = [];
    for (const email of ["a@example.com", "a.much.longer.one@example.com"]) {
      place.instead = (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ customerId: "cus-1001", branch: "north", name: "Ada", email, customerSince: "2019-04-01" }));
      const { headers, body } = await place.ask(teller);
      lengths.push(headers["content-length"] ?? String(body.length));
    }
    return lengths[0] !== lengths[1];
  },
});

attack("a customer gives himself money: a column that the contract does not know", {
  waive: ["body", "properties"],
  run: async (place) => {
    await place.ask({ ...ada, method: "PATCH", target: "/accounts/acc-100101", body: { title: "Current account", balance: 999_999_999 } });
    return place.books.findAccount("acc-100101")?.["balance"] === 999_999_999;
  },
});

attack("the same, where nobody thought of forbidding further members in the contract", {
  waive: ["properties"],
  rewrite: (contract) => contract.replaceAll(/^ *additionalProperties: false\n/gm, ""),
  run: async (place) => {
    await place.ask({ ...ada, method: "PATCH", target: "/accounts/acc-100101", body: { title: "Current account", balance: 999_999_999 } });
    return place.books.findAccount("acc-100101")?.["balance"] === 999_999_999;
  },
});

attack("a customer moves an account to the other branch, which only tellers may", {
  waive: ["properties"],
  run: async (place) => {
    await place.ask({ ...ada, method: "PATCH", target: "/accounts/acc-100102", body: { branch: "south" } });
    return place.books.findAccount("acc-100102")?.["branch"] === "south";
  },
});

attack("the same, with the name written with an escape", {
  waive: ["properties"],
  run: async (place) => {
    place.books.updateAccount("acc-100102", { branch: "north" });
    const body = '{"br\\u0061nch":"south"}';
    await place.ask({ ...ada, method: "PATCH", target: "/accounts/acc-100102", raw: body });
    return place.books.findAccount("acc-100102")?.["branch"] === "south";
  },
});

attack("a customer pays in the name of another", {
  waive: ["body", "owner", "properties"],
  run: async (place) => (await place.ask({ ...ada, method: "POST", target: "/transfers", body: { fromAccountId: "acc-200101", toAccountId: "acc-100101", amount: 100, currency: "EUR", createdBy: "cus-2001" } })).status === 201,
});
