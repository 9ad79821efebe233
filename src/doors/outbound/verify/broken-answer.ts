/**
 * Broken answer: the API said something that its contract does not allow.
 *
 * The caller learns that it was not his fault and nothing more; what was wrong is for the operator, as places and
 * rules, never as values.
 */
import { tellFinding } from "../../told-pointer.ts";
import { type Finding, type Json, type Particulars, type Problem, problem } from "../../../guard.ts";

/** Findings that the record keeps of one answer. */
export const ANSWER_FINDINGS_MAX = 20;

const answerBreaksContract: (particulars?: Particulars) => Problem = problem("answer-breaks-contract", 502, "The API's answer does not fit its contract", "api");

/** @param rule what was not kept, in a few words without anything of the answer */
export function breaksContract(status: number, rule: string, findings: readonly Finding[] = []): Problem {
  const told = findings.slice(0, ANSWER_FINDINGS_MAX).map((finding): Json => ({ ...tellFinding(finding), keyword: finding.keyword }));
  return answerBreaksContract({ because: { status, rule, ...(told.length === 0 ? {} : { findings: told, more: findings.length - told.length }) } });
}
