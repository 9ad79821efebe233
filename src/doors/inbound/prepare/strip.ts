/**
 * Strip: takes from a request what its sender must not be able to say to the API.
 *
 * Behind the door an API trusts its gateway, so a caller must not sound like one: fields that state an identity, an
 * address, a certificate or another target are removed, in both spellings (`x-user`, `x_user`). Credentials were for the door and
 * stay there, unless `keep` names them, also where the contract asks for them at other operations alone; of cookies only those go
 * on that the contract declares as parameters. What is about this connection alone ends with it, `expect` was answered here, and answers are asked for uncompressed, because
 * the second door has to read them. Framing is left to the wire, which writes its own. An API key in the query is part of
 * the target, which nobody rewrites.
 *
 * Answers API2:2023, broken authentication, and API8:2023, security misconfiguration. See RFC 9110, sections 7.6.1 and 12.5.3,
 * RFC 7239, section 8.1, and RFC 9440, section 4.
 */
import type { Contract } from "../../../contract/contract.ts";
import { remember } from "../../../exchange/remember.ts";
import { checked, defineGuard, type Fields, fields, type Guard, listOf, type Operation, or, text } from "../../../guard.ts";
import { fieldSet, HOP_BY_HOP, nominated } from "../../field-set.ts";
import { readCookies } from "../validate/cookies.ts";
import { RESERVED_FIELDS } from "./reserved-fields.ts";

const reserved = fieldSet(RESERVED_FIELDS);
const ended = fieldSet([...HOP_BY_HOP, "expect", "accept-encoding"]);

const fieldName = checked(text("Name of a header field.", { max: 100, example: "authorization" }), (name) =>
  /^[a-zA-Z0-9!#$%&'*+.^`|~-][a-zA-Z0-9!#$%&'*+.^_`|~-]*$/.test(name) && !ended(name.toLowerCase()) ? { value: name.toLowerCase() } : { wrong: "no field that could be kept" },
);

export const strip: Guard = defineGuard({
  name: "strip",
  stage: "prepare",
  risks: ["API2:2023", "API8:2023"],
  standing: true,
  options: fields({ keep: or(listOf("Fields that reach the API all the same: authorization, cookie, or reserved ones that its callers really may send.", fieldName, { max: 100 }), []) }),

  compile({ keep }, { operation, contract, report }) {
    const kept = new Set(keep);
    const declared = new Set(operation.parameters.filter((one) => one.in === "header").map(({ name }) => name.toLowerCase()));
    const cookies = new Set(operation.parameters.filter((one) => one.in === "cookie").map(({ name }) => name));
    // A key that is asked for elsewhere alone was looked at by nobody: the API could take it for what was checked here.
    const elsewhere = keyFieldsOf(contract).filter((name) => !declared.has(name));
    const credentials = new Set(["authorization", "dpop", ...keyFields(operation), ...elsewhere]);
    for (const name of declared) if (reserved(name) && !kept.has(name)) report(`the contract declares the field ${name}, which callers could use to pass for somebody else`, `strip: { keep: [${name}] } if they may send it`);

    // `x_a` and `x-a` are one variable behind CGI and WSGI: of two such names only the one that was checked goes on.
    const twins = new Set([...declared].map((name) => name.replaceAll("_", "-")));
    const shadows = (name: string): boolean => !declared.has(name) && (name.includes("_") || twins.has(name));
    const drops = (name: string): boolean => !kept.has(name) && (reserved(name) || credentials.has(name) || shadows(name));

    const gone = remember((name) => ended(name) || drops(name));

    return ({ outgoing, request }) => {
      const hop = nominated(request.fields);
      outgoing.removeWhere(hop.size === 0 ? gone : (name) => gone(name) || (hop.has(name) && !declared.has(name)));
      outgoing.set("accept-encoding", "identity");
      if (outgoing.count("cookie") === 0 || kept.has("cookie")) return undefined;
      const left = declaredCookies(request.fields, request.version === "2", cookies);
      if (left === "") outgoing.remove("cookie");
      else outgoing.set("cookie", left);
      return undefined;
    };
  },
});

/** Where the contract's API keys travel: what was checked here is of no use behind. */
function keyFields({ security = [] }: Operation): readonly string[] {
  const schemes = security.flat().map(({ scheme }) => scheme);
  return schemes.flatMap(({ type, in: place, parameter }) => (type === "apiKey" && place === "header" && parameter !== undefined ? [parameter.toLowerCase()] : []));
}

/** Worked out once for all operations. */
const known = new WeakMap<Contract, readonly string[]>();

function keyFieldsOf(contract: Contract): readonly string[] {
  const held = known.get(contract);
  if (held !== undefined) return held;
  const found = [...new Set(contract.operations.flatMap(keyFields))];
  known.set(contract, found);
  return found;
}

/** Written anew from what was read: a cookie field that is not well-formed does not go on at all. */
function declaredCookies(given: Fields, split: boolean, names: ReadonlySet<string>): string {
  if (names.size === 0) return "";
  const cookies = readCookies(given, split);
  if ("wrong" in cookies) return "";
  return cookies.pairs.flatMap(([name, value]) => (names.has(name) ? [`${name}=${value}`] : [])).join("; ");
}
