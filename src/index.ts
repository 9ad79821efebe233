/**
 * Sallyport: the public names, and nothing else.
 *
 * `sallyport/node` and `sallyport/express` put both doors around a program of yours; `sallyport/guard` is the kit for
 * guards of your own; here is what both need, and the gateway as a function.
 */
export { startGateway, type Gateway, type Start } from "./hosts/gateway/gateway.ts";
export { type AssembleOptions, type Assembly } from "./hosts/assemble.ts";
export { MisfitError, principalOf } from "./hosts/embed.ts";
export { openStreamSink } from "./audit/sinks/stream.ts";
export type { AuditRecord, Observation } from "./audit/record.ts";
export type { AuditSink } from "./audit/log.ts";
export { type Misfit, type Place, writeMisfit } from "./contract/misfit.ts";
export { openOperationsLog, type Say, type Severity } from "./watch/operations.ts";
