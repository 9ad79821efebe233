/**
 * Plan: the guards of one operation, compiled, in the order in which they stand.
 *
 * Made once at start-up and never changed; a reload makes new ones. What was waived is kept beside what stands, so
 * that `explain`, `check` and the console can show both.
 */
import type { Contract } from "../contract/contract.ts";
import type { Json } from "../contract/json-value.ts";
import type { Operation } from "../contract/operation.ts";
import type { Stage } from "../exchange/exchange.ts";
import { problem } from "../exchange/problem.ts";
import type { AcceptedTokens, Post, Risk, Site } from "../policy/definition.ts";
import type { Posting } from "../policy/postings.ts";
import { joinOf } from "./join.ts";
import { doorOf, STAGES } from "./stages.ts";
import type { Step } from "./pass.ts";

/** A posting as `explain` shows it. `standing` is false where the guard has nothing to check at this operation. */
export interface PostedGuard {
  readonly guard: string;
  readonly stage: Stage;
  readonly risks: readonly Risk[];
  readonly options: Json;
  readonly mode: "enforce" | "observe";
  readonly waived: string | undefined;
  readonly source: Posting["source"];
  readonly pointer: string;
  readonly checks: boolean;
}

export interface Plan {
  readonly operation: Operation;
  readonly inbound: readonly Step[];
  readonly outbound: readonly Step[];
  /** Where seal begins in `outbound`: the answers of the house itself are walked from there. */
  readonly sealFrom: number;
  readonly guards: readonly PostedGuard[];
  readonly public: string | undefined;
  /** Access tokens that are taken here. */
  readonly tokens: readonly AcceptedTokens[];
  /** Why the operation is down, where a schema or reference of the contract could not be understood. */
  readonly down: string | undefined;
}

export interface PlanSite {
  readonly contract: Contract;
  readonly operation: Operation;
  readonly public: string | undefined;
  readonly store: Site["store"];
  readonly database?: Site["database"];
  readonly peppers?: Site["peppers"];
  readonly folder: string;
  readonly external: Site["external"];
  readonly resource?: Site["resource"];
  readonly identity: Site["identity"];
  readonly random: Site["random"];
  readonly share: Site["share"];
  readonly openAsk?: Site["openAsk"];
  readonly tide?: Site["tide"];
  /** @param operation its id, for what stands at many operations and may be wrong at all of them */
  readonly complain: (pointer: string, message: string, allowed?: string, operation?: string) => void;
  /** Complains about the operation itself, in the contract: nobody wrote a posting that could be wrong. */
  readonly accuse: (message: string, allowed?: string) => void;
  readonly down: string | undefined;
  /** See Site. */
  readonly switches?: boolean;
}

const operationDown = problem("operation-down", 503, "This operation is not in service");

interface Compiled {
  readonly posting: Posting;
  readonly stage: Stage;
  readonly step: Step | undefined;
}

/** Compiles the postings of an operation. Misfits go to `complain`; the plan is then not to be used. */
export function makePlan(postings: readonly Posting[], site: PlanSite): Plan {
  const posts = postings.map((posting) => [posting, readOptions(posting, site)] as const);
  const established = posts.flatMap(([posting, post]) => (posting.waived === undefined ? (post?.establishes(site) ?? []) : []));
  const schemes = new Set(established.flatMap((one) => one.schemes));
  // Where the contract names schemes, callers are asked for those alone; elsewhere any credential will do.
  const asked = established.filter((one) => one.schemes.length > 0 || !namesSchemes(site.operation));
  const challenges = [...new Set(asked.flatMap((one) => one.challenges))];
  const posted = new Set(postings.filter(({ mode, waived }) => mode === "enforce" && waived === undefined).map(({ guard }) => guard.name));
  const join = joinOf(site.operation);
  const joining = join === undefined ? {} : { join };
  const optionsOf = (name: string): readonly Json[] => postings.filter(({ guard, waived }) => guard.name === name && waived === undefined).map(({ options }) => options);
  const compiled = posts.flatMap(([posting, post]) => compilePosting(posting, post, { ...site, schemes, challenges, posted, optionsOf, joining }));
  const inOrder = STAGES.flatMap((stage) => inStage(compiled, stage));
  const steps = inOrder.flatMap(({ step }) => step ?? []);
  const outbound = steps.filter(({ stage }) => doorOf(stage) === "outbound");
  const sealFrom = outbound.findIndex(({ stage }) => stage === "seal");
  return {
    operation: site.operation,
    inbound: [...steps.filter(({ stage }) => doorOf(stage) === "inbound"), ...(site.down === undefined ? [] : [refuseDown(site.down)])],
    outbound,
    sealFrom: sealFrom === -1 ? outbound.length : sealFrom,
    guards: inOrder.map(describe),
    public: site.public,
    tokens: asked.flatMap(({ tokens }) => tokens ?? []),
    down: site.down,
  };
}

function namesSchemes({ security = [] }: Operation): boolean {
  return security.some((all) => all.length > 0);
}

/**
 * On the way in first those whose stage it is, then what others do there: what is written into a request comes behind what is
 * taken out of it. On the way out as they are listed: whose something is must be asked before anything is hidden of it.
 */
function inStage(compiled: readonly Compiled[], stage: Stage): readonly Compiled[] {
  const here = compiled.filter((one) => one.stage === stage);
  if (doorOf(stage) === "outbound") return here;
  return [...here.filter(({ posting }) => posting.guard.stage === stage), ...here.filter(({ posting }) => posting.guard.stage !== stage)];
}

/** Guards that stand at an operation that is down, too: they know nothing of its schemas, and its refusals are sealed. */
const STANDING_WHEN_DOWN: ReadonlySet<Stage> = new Set<Stage>(["screen", "seal"]);

/** The last step of the first door: whatever else a plan that is down lacks, it has this. */
function refuseDown(misfit: string): Step {
  const refusal = operationDown({ because: { misfit } });
  return { guard: "contract", stage: "prepare", mode: "enforce", check: () => refusal };
}

function readOptions({ guard, options, waived, pointer }: Posting, { complain }: PlanSite): Post | undefined {
  if (waived !== undefined) return undefined;
  return guard.post(options, { pointer, report: complain });
}

type CompileSite = PlanSite & Pick<Site, "schemes" | "challenges" | "posted" | "optionsOf"> & { readonly joining: Pick<Step, "join"> };

/** One for each stage at which the guard does something. */
function compilePosting(posting: Posting, post: Post | undefined, site: CompileSite): readonly Compiled[] {
  const { guard, mode, pointer } = posting;
  const { operation, down } = site;
  const report: Site["report"] = (message, allowed) => {
    const words = `${guard.name}: ${message}`;
    if (pointer === "" && operation.listed === "operation") site.accuse(`${operation.id}: ${words}`, allowed);
    else if (posting.source === "operation") site.complain(pointer, `${operation.id}: ${words}`, allowed);
    else site.complain(pointer === "" ? "/everywhere" : pointer, words, allowed, operation.id);
  };
  if (post === undefined) return [{ posting, stage: guard.stage, step: undefined }];
  return guard.stages.map((stage) => {
    const check = down !== undefined && !STANDING_WHEN_DOWN.has(stage) ? undefined : post.compile({ ...site, mode, report }, stage);
    return { posting, stage, step: check === undefined ? undefined : { guard: guard.name, stage, mode, check, ...site.joining } };
  });
}

function describe({ posting, stage, step }: Compiled): PostedGuard {
  const { guard, options, mode, waived, source, pointer } = posting;
  return { guard: guard.name, stage, risks: guard.risks, options, mode, waived, source, pointer, checks: step !== undefined };
}
