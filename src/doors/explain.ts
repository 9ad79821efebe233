/**
 * Explain: the plan of one operation as data: what stands there, in which order, who said so, and with what effect.
 */
import type { Json, JsonObject } from "../contract/json-value.ts";
import { isJsonObject } from "../contract/json-value.ts";
import type { Place } from "../contract/misfit.ts";
import type { Operation } from "../contract/operation.ts";
import type { Stage } from "../exchange/exchange.ts";
import type { Guard, Risk } from "../policy/definition.ts";
import type { Plan, PostedGuard } from "./plan.ts";
import { type CoveredAspect, coverLevels } from "./coverage.ts";
import { type Door, doorOf } from "./stages.ts";

export interface ExplainedGuard {
  readonly door: Door;
  readonly stage: Stage;
  readonly guard: string;
  /** `nothing to check`: it is posted and asks nothing of this operation. `down`: the whole operation is refused. */
  readonly effect: "enforced" | "observed" | "waived" | "nothing to check" | "down";
  /** Why it is waived. */
  readonly reason: string | undefined;
  readonly source: PostedGuard["source"];
  /** Where it is written; undefined for a guard that stands without being named. */
  readonly place: Place | undefined;
  /** As written, in the words of the policy. */
  readonly options: Json;
  /** Options that nobody wrote, with what holds instead. */
  readonly defaults: JsonObject;
  readonly risks: readonly Risk[];
}

export interface Explanation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string | undefined;
  /** Where the contract describes it. */
  readonly place: Place;
  /** Alternatives, each with all that must be fulfilled together; undefined where the contract says nothing. */
  readonly security: readonly (readonly { readonly scheme: string; readonly scopes: readonly string[] }[])[] | undefined;
  /** Why strangers may come in, where the policy says so. */
  readonly public: string | undefined;
  /** Why the operation is refused whole. */
  readonly down: string | undefined;
  /** Whether the function, the object and its properties are held, and by which guards. */
  readonly levels: readonly CoveredAspect[];
  /** In the order in which an exchange meets them. */
  readonly guards: readonly ExplainedGuard[];
}

/** @param locate where a pointer of the policy is written */
export function explain(plan: Plan, guards: readonly Guard[], locate: (pointer: string) => Place): Explanation {
  const { operation } = plan;
  const schemas = new Map(guards.map(({ name, schema }) => [name, schema]));
  const stages = new Map(guards.map(({ name, stage }) => [name, stage]));
  return {
    id: operation.id,
    method: operation.method,
    path: operation.path,
    summary: operation.summary,
    place: operation.place,
    security: explainSecurity(operation),
    public: plan.public,
    down: plan.down,
    levels: plan.down === undefined ? coverLevels(plan) : [],
    guards: plan.guards.filter((posted) => isAtWork(posted, plan, stages)).map((posted) => explainGuard(posted, plan, schemas.get(posted.guard), locate)),
  };
}

/** A guard of several stages is told where it has something to do; where it has nothing to do anywhere, once, at its own. */
function isAtWork(posted: PostedGuard, { guards }: Plan, stages: ReadonlyMap<string, Stage>): boolean {
  if (posted.checks || posted.waived !== undefined) return true;
  const works = guards.some(({ guard, pointer, checks }) => checks && guard === posted.guard && pointer === posted.pointer);
  return !works && (stages.get(posted.guard) ?? posted.stage) === posted.stage;
}

function explainGuard(posted: PostedGuard, plan: Plan, schema: JsonObject | undefined, locate: (pointer: string) => Place): ExplainedGuard {
  const { guard, stage, risks, options, waived, source, pointer } = posted;
  return {
    door: doorOf(stage),
    stage,
    guard,
    effect: effectOf(posted, plan),
    reason: waived,
    source,
    place: pointer === "" ? undefined : locate(pointer),
    options,
    defaults: waived === undefined ? defaultsOf(schema, options) : {},
    risks,
  };
}

function effectOf({ waived, checks, mode }: PostedGuard, { down }: Plan): ExplainedGuard["effect"] {
  if (waived !== undefined) return "waived";
  if (down !== undefined) return "down";
  if (!checks) return "nothing to check";
  return mode === "enforce" ? "enforced" : "observed";
}

function defaultsOf(schema: JsonObject | undefined, written: Json): JsonObject {
  const properties = schema?.["properties"];
  if (!isJsonObject(properties)) return {};
  const said = isJsonObject(written) ? written : {};
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, option]) => {
      const fallback = isJsonObject(option) ? option["default"] : undefined;
      return fallback === undefined || Object.hasOwn(said, name) ? [] : [[name, fallback]];
    }),
  );
}

function explainSecurity({ security }: Operation): Explanation["security"] {
  return security?.map((all) => all.map(({ scheme, scopes }) => ({ scheme: scheme.name, scopes })));
}
