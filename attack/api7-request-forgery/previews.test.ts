/** Previews: the API is made to fetch what only it can reach. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { after, before } from "node:test";
import { social } from "../../examples/social/example.ts";
import { attackOn } from "../attack.ts";
import type { PlaceOptions } from "../place.ts";

const attack = attackOn(social);

/** What lies beside the API and believes whoever reaches it; how often it was reached counts. */
let reached = 0;
const inner = http.createServer((_request, response) => {
  reached += 1;
  response.end("<title>accounts of the inner network</title>");
});
let port = 0;
before(async () => {
  await new Promise<void>((resolve) => inner.listen(0, "0.0.0.0", resolve));
  ({ port } = inner.address() as AddressInfo);
});
after(() => {
  inner.close();
  inner.closeAllConnections();
});

/** Plain HTTP and this port may be named, so that nothing but the address tells the inner network from the outer one. */
const change: NonNullable<PlaceOptions["change"]> = (policy) => {
  const { createPreview } = policy.operations;
  if (createPreview !== undefined && !("waived" in (createPreview["target-url"] as object))) createPreview["target-url"] = { schemes: ["http"], ports: [port] };
  if (createPreview !== undefined) delete createPreview["flow"];
  // The detectors know such addresses, too; here the guard is on its own.
  policy.everywhere["injection"] = { waived: "to see what target-url does by itself" };
};

/** The spellings that a URL parser of today takes for this machine. */
const SPELLINGS = ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "127.0.0.1.", "localhost", "LOCALHOST", "0.0.0.0", "0", "127.127.127.127", "%31%32%37.0.0.1", "127\u30020\u30020\u30021", "\uff11\uff12\uff17.0.0.1"] as const;

for (const host of SPELLINGS) {
  attack(`a preview of what lies at ${JSON.stringify(host)}`, {
    waive: ["target-url"],
    change,
    async run(place) {
      reached = 0;
      // What is no text of the contract's URL format is held by the contract already.
      const { body } = await place.ask({ as: "mem-1001", method: "POST", target: "/previews", body: { url: `http://${encodeHost(host)}:${port}/` } });
      return reached > 0 || body.includes("inner network");
    },
  });
}

/** As it may stand in a URI (RFC 3986): what is beyond ASCII percent-encoded. */
function encodeHost(host: string): string {
  return host.replaceAll(/[^\u0021-\u007e]+/g, encodeURIComponent);
}
