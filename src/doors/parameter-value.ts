/**
 * Parameter value: what one declared parameter says in this request, decoded and judged as the contract says.
 *
 * For guards that decide by a parameter before `parameters` has looked at all of them: they must not see another value
 * than the API will.
 */
import type { Operation, Parameter, RawPair } from "../contract/operation.ts";
import type { Arrival } from "../exchange/exchange.ts";

/** undefined: it was not sent, and need not be. */
export type ParameterValue = ReturnType<Parameter["read"]> | undefined;

const MISSING: ParameterValue = { findings: [{ pointer: "", keyword: "required", message: "is required" }] };
const TWICE: ParameterValue = { findings: [{ pointer: "", keyword: "unique", message: "must come once" }] };

/** Parameters whose values can be told before validation: those of cookies are for the validate stage alone. */
export function readerOf(operation: Operation, parameter: Parameter): (exchange: Arrival) => ParameterValue {
  const absent = parameter.required ? MISSING : undefined;
  if (parameter.in === "path") {
    const at = operation.pathNames.indexOf(parameter.name);
    return ({ pathValues }) => {
      const raw = pathValues[at];
      return raw === undefined ? MISSING : parameter.read(raw);
    };
  }
  if (parameter.in === "query") {
    const others = operation.parameters.filter((other) => other.in === "query" && other !== parameter);
    const claims = parameter.takesRest === true ? (name: string) => parameter.claims(name) || !others.some((other) => other.claims(name)) : parameter.claims;
    return ({ request: { query } }) => {
      const pairs = query.filter(([name]: RawPair) => claims(name));
      return pairs.length === 0 ? absent : parameter.read(pairs);
    };
  }
  const name = parameter.name.toLowerCase();
  return ({ request: { fields } }) => {
    if (fields.count(name) > 1) return TWICE;
    const raw = fields.one(name);
    return raw === undefined ? absent : parameter.read(raw);
  };
}

