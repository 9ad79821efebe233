/** The guard kit: all that a guard imports. In-house guards take it from here, others as "sallyport/guard". */
export { defineGuard } from "./policy/definition.ts";
export type { Check, Definition, Established, Guard, Post, Risk, Site, Verdict } from "./policy/definition.ts";
export { checked, count, duration, either, fields, flag, listOf, mapOf, oneOf, optional, or, reason, size, text, url } from "./policy/shape.ts";
export type { At, Read, Shape } from "./policy/shape.ts";
export { problem } from "./exchange/problem.ts";
export type { Particulars, Problem } from "./exchange/problem.ts";
export type { Reply } from "./exchange/decision.ts";
export type { Answer, Answered, Arrival, Disclosed, Ending, Follower, Inspected, Known, Prepared, Stage, Views, WritableAnswer } from "./exchange/exchange.ts";
export type { Fields, WritableFields } from "./exchange/fields.ts";
export type { ClientCertificate } from "./exchange/certificate.ts";
export { holderOf } from "./exchange/principal.ts";
export type { Principal } from "./exchange/principal.ts";
export { limitName } from "./stores/store.ts";
export type { Leased, LeaseLimit, Leases, Limit, Meter, Once, Stepped, Steps, Store, Taken } from "./stores/store.ts";
export type { Database, Row, Value } from "./stores/database/database.ts";
export type { Json, JsonObject } from "./contract/json-value.ts";
export { isJsonObject } from "./contract/json-value.ts";
export type { Finding, MediaType, Operation, Parameter } from "./contract/operation.ts";
