/**
 * Target-url: an API that fetches what its callers name fetches from the internet, and not from its own network.
 *
 * Every text that the contract calls a URL (`format: uri` and its kin), or those that `fields` names, is read so that no
 * other parser can read it otherwise, held to the schemes, ports and hosts that are allowed, and its name is looked up: each
 * of its addresses has to be public. Between this look and the API's own the name may come to lead elsewhere, so the address that was
 * judged goes along: `sallyport-target: "api.example:443";address="192.0.2.1"`, one item for each URL. An API
 * that does not dial that address is safe only behind `sallyport egress`, which dials it itself.
 *
 * Answers API7:2023, server side request forgery. See RFC 3986, RFC 6890, and RFC 9651 for the field's form.
 */
import { writeHostPort } from "../../../outgoing/destination.ts";
import { openResolver } from "../../../outgoing/resolve.ts";
import { hostList, rangeList } from "../../../policy/places.ts";
import { count, defineGuard, fields, type Guard, type Inspected, listOf, oneOf, optional, or, problem, type Problem, reason, text } from "../../../guard.ts";
import { mediaChoice } from "../../media-choice.ts";
import { leavesOf } from "./injection/leaves.ts";
import { tellPointer } from "../../told-pointer.ts";
import { judgeUrl, type UrlVerdict } from "./target-url/judge-url.ts";
import { collectUrls, type FoundUrl, holdsUrls, URLS_MAX } from "./target-url/urls.ts";

const targetRefused = problem("target-refused", 400, "The request names a place that is not fetched from");
const targetUnknown = problem("target-unresolved", 503, "The place that the request names cannot be looked up at the moment");

/** What goes to the API of the URLs that were judged. */
const judged = new WeakMap<object, readonly UrlVerdict[]>();

export const targetUrl: Guard = defineGuard({
  name: "target-url",
  stage: "validate",
  risks: ["API7:2023"],

  options: fields({
    fields: or(listOf("Fields that are fetched, beside those that the contract calls URLs: `/callback` in the body, `query/url`.", text("A field.", { max: 300 }), { max: 50 }), []),
    schemes: or(listOf("Schemes that may be named.", oneOf("A scheme.", ["https", "http"]), { min: 1, max: 2 }), ["https"]),
    ports: or(listOf("Ports that may be named, said or not.", count("A port.", { min: 1, max: 65_535 }), { min: 1, max: 20 }), [443]),
    hosts: optional(hostList("Hosts that may be named; all public ones when left out.")),
    inner: optional(fields({ ranges: rangeList("Addresses that may be named."), because: reason("Why addresses may be named that are not public.") }, "Addresses that are not public and may be named all the same.")),
  }),

  compile({ fields: names, schemes, ports, hosts, inner }, { operation, share, report }) {
    const leaves = leavesOf(operation, new Map(names.map((name) => [name, "url"])), report);
    const parameters = operation.parameters.flatMap(({ in: place, name }, at) => {
      const leaf = leaves.parameters[at];
      return leaf !== undefined && holdsUrls(leaf) ? [{ at, leaf, place: { in: place, name } }] : [];
    });
    const inBody = (operation.body?.media ?? []).some(({ validator }) => validator !== undefined && holdsUrls(leaves.body(validator)));
    if (parameters.length === 0 && !inBody) return undefined;
    const choose = mediaChoice(operation.body?.media);
    const rules = { schemes: new Set(schemes), ports: new Set(ports), hosts, inner: inner?.ranges };
    const resolver = share("resolver", () => ({ value: openResolver() }));

    return (exchange) => {
      const found: FoundUrl[] = [];
      for (const { at, leaf, place } of parameters) collectUrls(exchange.values[at] ?? null, leaf, place, found);
      const { value } = exchange.content;
      const chosen = inBody && value !== undefined ? choose(exchange.request.fields) : undefined;
      if (chosen !== undefined && !("wrong" in chosen)) collectUrls(value ?? null, leaves.body(chosen.validator), { in: "body" }, found);
      if (found.length === 0) return undefined;
      if (found.length > URLS_MAX) return targetRefused({ because: { urls: `more than ${URLS_MAX}` } });
      const verdicts = found.map(async ({ text: url }) => judgeUrl(url, rules, resolver, exchange.now));
      return Promise.all(verdicts).then((all) => settle(found, all, exchange));
    };
  },

  elsewhere: {
    prepare: () => (exchange) => {
      const items = (judged.get(exchange) ?? []).flatMap((one) => ("address" in one ? [`"${writeHostPort(one)}";address="${one.address}"`] : []));
      if (items.length > 0) exchange.outgoing.set("sallyport-target", items.join(", "));
      return undefined;
    },
  },
});

function settle(found: readonly FoundUrl[], verdicts: readonly UrlVerdict[], exchange: Inspected): Problem | undefined {
  const wrong = found.flatMap(({ in: place, name, pointer }, at) => {
    const verdict = verdicts[at];
    const field = { in: place, ...(name === undefined ? {} : { name }), pointer: tellPointer(pointer).pointer };
    return verdict !== undefined && "wrong" in verdict ? [{ field, why: verdict.wrong }] : [];
  });
  if (wrong.length > 0) return targetRefused({ extra: { errors: wrong.map(({ field }) => ({ ...field, message: "names a place that is not fetched from" })) }, because: { findings: wrong.map(({ field, why }) => ({ ...field, why })) } });
  const late = verdicts.find((one) => "late" in one);
  if (late !== undefined && "late" in late) return targetUnknown({ headers: { "retry-after": "2" }, because: { resolver: late.late } });
  judged.set(exchange, verdicts);
  return undefined;
}
