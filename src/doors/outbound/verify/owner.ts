/**
 * Owner: what somebody else owns looks exactly like what does not exist.
 *
 *     getAccount:    { owner: customerId }
 *     listTransfers: { owner: { field: "items[*].customerId", beside: { total: recount, next: remove } } }
 *     listBranch:    { owner: { field: "[*].branch", is: principal.branch, unless: { role: auditor, reason: "audits all branches" } } }
 *
 * The member that names the owner of an object is compared with the caller. A foreign object, and everything with which the
 * API says that there is none (404, 410; 403 and other words about the object when reading), becomes one and the same 404.
 * Foreign items leave a list; what is said beside it is kept, removed or counted again, as the policy says of each member.
 * An answer in which the owner cannot be read does not leave: an answer without content, a part of one, a redirect, an
 * owner that is no text and no whole number. That the member exists is proven at start-up against the contract's schemas.
 *
 *     closeAccount: { owner: { lookup: getAccount, with: { accountId: path.accountId }, field: customerId } }
 *     payMany:      { owner: { lookup: getAccount, with: { accountId: "body.items[*].fromAccountId" }, field: customerId } }
 *
 * With `lookup` it is asked before: through the operation of the contract that tells, by the door itself, with header fields of
 * its own (`asking: { as: ... }`, references). Each of the ids must be one of the caller's own before the request goes on. One
 * question serves all who ask at the same time; what it found is remembered for a moment, until a change passes here. Who
 * changes something that the path names must be looked at so: when the API has answered it is too late.
 *
 *     listAccounts: { owner: { provenance: { kind: account, issues: "[*].accountId", keep: 1h } } }
 *     openAccount:  { owner: { provenance: { kind: account, location: accountId } } }
 *     payMany:      { owner: { provenance: { kind: account, with: "body.items[*].fromAccountId" } } }
 *     putNote:      { owner: { provenance: { kind: note, chosen: path.noteId } } }
 *
 * With `provenance` no owner need be named anywhere: an id may be used only by a caller to whom it was issued, in an answer that
 * has left for him, as all that cuts left it (also where only `Location` names it), or that he has `chosen` for what was not
 * there: the API is asked with `If-None-Match: *` then. Such ids are kept for `keep` in the store of limits, in a room of its
 * own: 157,275 by default, for all threads, and with Redis for all processes. When it is full those that end soonest are
 * forgotten, at a restart all: that refuses, and lets nobody in. Strangers are issued nothing. Ids in paths of answers that issue must be held, too.
 *
 * The API is asked for the whole answer each time, without conditions and ranges, so that there is something to judge. Answers
 * that were judged stay out of shared caches; of lists only such header fields leave as cannot tell of what others have. Where
 * several postings stand at an operation, each must be fulfilled. In `mode: observe` nothing is cut, only told.
 *
 * Answers API1:2023, broken object level authorization. See RFC 9110, sections 13, 14 and 15.5.5, and RFC 9111, section 5.2.2.
 */
import { type Answered, type Check, defineGuard, type Guard, type Problem } from "../../../guard.ts";
import { readValue, type Understood } from "../../body-reading.ts";
import { answerReading } from "./answer-options.ts";
import { isBodiless, isFailure } from "./declared-answers.ts";
import { askWhole } from "./owner/ask-whole.ts";
import { askFirst } from "./owner/lookup/ask-first.ts";
import { discloseOwn } from "./owner/disclose-own.ts";
import { evenly } from "./owner/evenly.ts";
import { hides } from "./owner/hidden.ts";
import { askToMake, checkMade, judgeChosen } from "./owner/provenance/chosen.ts";
import { proveIssues } from "./owner/provenance/issued.ts";
import { noteIssued } from "./owner/provenance/note-issued.ts";
import { requireIssued } from "./owner/provenance/require-issued.ts";
import { ownerOptions, reportStray } from "./owner/options.ts";
import { openRulebook } from "./owner/rulebook.ts";

export const owner: Guard = defineGuard({
  name: "owner",
  stage: "verify",
  risks: ["API1:2023"],
  short: "field",
  options: ownerOptions,

  compile(options, site): Check<"verify"> | undefined {
    reportStray(options, site);
    proveIssues(options, site);
    const rulebook = openRulebook(options, site);
    if (rulebook === undefined) return checkMade(options, site);
    const { bounds, sizeBytes } = answerReading(site);
    const { mine, exempt, find, foreign, missing, unreadable } = rulebook;
    const isHidden = hides(site.operation, options.errors);

    return evenly(options, site, (exchange: Answered): Problem | undefined | Promise<Problem | undefined> => {
      const { answer, principal } = exchange;
      const { status, content } = answer;
      if (answer.from === "door" || isFailure(status) || exempt(principal)) return undefined;
      if (status >= 400) return isHidden(status) ? missing : undefined;
      if (isBodiless(exchange) || status < 200 || status > 299 || status === 206) return unreadable(`an answer ${status} without the whole content`);
      const found = find(exchange);
      if (found === undefined) return unreadable("content in which no owner is declared");
      const { place, chosen, level } = found;
      if (level !== undefined) return undefined;
      const judge = (read: Understood): Problem | undefined => {
        if ("kind" in read) return read.kind === "unread" && read.problem.blame === "api" ? read.problem : unreadable(`content that is ${read.kind}`);
        const verdict = place.judge(read.value, mine(principal));
        if (verdict === "own") return undefined;
        return verdict === "foreign" || (verdict === "nobody" && options.unowned === "hide") ? foreign : unreadable(`the owner is ${verdict}`);
      };
      content.bound(sizeBytes);
      const read = readValue(content, chosen, bounds);
      return read instanceof Promise ? read.then(judge) : judge(read);
    });
  },

  elsewhere: {
    validate: (options, site) => askFirst(options, site) ?? requireIssued(options, site) ?? judgeChosen(options, site),
    prepare: (options, site) => askWhole(options, site) ?? askToMake(options, site),
    disclose: discloseOwn,
    seal: noteIssued,
  },
});
