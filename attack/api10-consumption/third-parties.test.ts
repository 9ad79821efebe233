/** Third parties: what the API fetched from somebody else comes out as if it were its own. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { after, before } from "node:test";
import type { Books } from "../../examples/social/books.ts";
import { social } from "../../examples/social/example.ts";
import { attackOn } from "../attack.ts";
import type { Place, PlaceOptions } from "../place.ts";

const attack = attackOn(social);

/** Somebody else's page; what it says is up to them. */
let page = "";
const stranger = http.createServer((_request, response) => response.end(page));
let port = 0;
before(async () => {
  await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  ({ port } = stranger.address() as AddressInfo);
});
after(() => {
  stranger.close();
  stranger.closeAllConnections();
});

/** The stranger's address counts as one of the internet here. */
const change: NonNullable<PlaceOptions["change"]> = (policy) => {
  const { createPreview } = policy.operations;
  if (createPreview === undefined) return;
  createPreview["target-url"] = { schemes: ["http"], ports: [port], inner: { ranges: ["127.0.0.1/32"], because: "the stranger of this attack lives here" } };
  createPreview["injection"] = { waived: "loopback addresses are looked for, too" };
  delete createPreview["flow"];
};

async function preview(place: Place<Books>, title: string): Promise<string> {
  page = `<title>${title}</title>`;
  return (await place.ask({ as: "mem-1001", method: "POST", target: "/previews", body: { url: `http://127.0.0.1:${port}/` } })).body;
}

attack("a page whose title runs in the reader's browser", {
  waive: ["answer-body", "leaks"],
  change,
  run: async (place) => (await preview(place, "<img src=x onerror=steal()>")).includes("onerror"),
});

attack("a page whose title is larger than any title", {
  waive: ["answer-body", "leaks"],
  change,
  run: async (place) => (await preview(place, "x".repeat(1_000_000))).length > 100_000,
});

attack("a page whose title breaks out of its line", {
  waive: ["answer-body", "leaks"],
  change,
  run: async (place) => (await preview(place, "fine\r\nSet-Cookie: session=stolen")).includes("Set-Cookie"),
});

attack("a page that hands on the secret of an inner server", {
  waive: ["leaks"],
  change,
  run: async (place) => (await preview(place, "postgres://social:hunter2@10.3.0.4/social")).includes("hunter2"),
});
