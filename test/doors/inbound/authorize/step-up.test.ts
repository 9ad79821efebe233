import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../src/contract/json-value.ts";
import { stepUp } from "../../../../src/doors/inbound/authorize/step-up.ts";
import type { Outcome } from "../../../../src/exchange/decision.ts";
import type { Principal } from "../../../../src/exchange/principal.ts";
import { type Given, misfits, post, principal } from "../../../walk.ts";

const NOW = 1_800_000_000_000;
const SECONDS = NOW / 1_000;
const CHALLENGES = ['Bearer realm="api"', 'DPoP realm="api", algs="ES256"', 'Basic realm="api"'];

async function ask(options: JsonObject, claims: JsonObject | undefined, particulars: Partial<Principal> = {}, given: Given = {}): Promise<Outcome> {
  const send = post({ guard: stepUp, options, site: { challenges: CHALLENGES } });
  const who = claims === undefined ? {} : { principal: principal({ claims, ...particulars }) };
  return (await send({ now: NOW, ...who, ...given })).outcome;
}

function lacks(outcome: Outcome): unknown {
  if (outcome === undefined) return "nothing";
  assert.ok(outcome.kind === "refusal");
  assert.equal(outcome.problem.status, 401);
  return outcome.problem.because?.["lacking"];
}

test("R27: a login by a method of the list passes, another one does not", async () => {
  for (const amr of [["otp"], ["pwd", "otp"], ["hwk"]]) assert.equal(lacks(await ask({ method: ["otp", "hwk"] }, { amr })), "nothing");
  for (const amr of [["pwd"], [], "otp", ["OTP"], [["otp"]], null, 7, { otp: true }]) assert.equal(lacks(await ask({ method: ["otp", "hwk"] }, { amr })), "amr");
  assert.equal(lacks(await ask({ method: "otp" }, {})), "amr");
});

test("R27: a login passes until its time is over, to the millisecond", async () => {
  const at = async (ago: number): Promise<unknown> => lacks(await ask({ within: "5m" }, { auth_time: SECONDS }, {}, { now: NOW + ago }));
  assert.equal(await at(0), "nothing");
  assert.equal(await at(299_999), "nothing");
  assert.equal(await at(300_000), "auth_time");
  assert.equal(await at(-30_000), "nothing");
  assert.equal(await at(-30_001), "auth_time");
  for (const time of [undefined, null, `${SECONDS}`, 1.5, -1, 1e308, [SECONDS]]) assert.equal(lacks(await ask({ within: "5m" }, time === undefined ? {} : { auth_time: time })), "auth_time");
});

test("R27: the class is one of the list, exactly", async () => {
  for (const acr of ["gold", "urn:x:2"]) assert.equal(lacks(await ask({ acr: ["gold", "urn:x:2"] }, { acr })), "nothing");
  for (const acr of ["silver", "Gold", "", null, ["gold"], 7]) assert.equal(lacks(await ask({ acr: ["gold", "urn:x:2"] }, { acr })), "acr");
  assert.equal(lacks(await ask({ acr: ["undefined", "null"] }, {})), "acr");
});

test("what is asked for is asked for together", async () => {
  const options = { acr: "gold", method: "otp", within: "5m" };
  assert.equal(lacks(await ask(options, { acr: "gold", amr: ["otp"], auth_time: SECONDS })), "nothing");
  assert.equal(lacks(await ask(options, { acr: "gold", amr: ["otp"], auth_time: SECONDS - 300 })), "auth_time");
  assert.equal(lacks(await ask(options, { acr: "gold", amr: ["pwd"], auth_time: SECONDS })), "amr");
  assert.equal(lacks(await ask(options, { acr: "silver", amr: ["otp"], auth_time: SECONDS })), "acr");
});

test("R27: the challenge tells what to ask the issuer for, with every scheme that takes a token", async () => {
  const challenge = async (options: JsonObject): Promise<string | undefined> => {
    const outcome = await ask(options, {});
    return outcome?.kind === "refusal" ? outcome.problem.headers?.["www-authenticate"] : undefined;
  };
  const error = 'error="insufficient_user_authentication"';
  assert.equal(await challenge({ acr: ["gold", "silver"], within: "5m" }), `Bearer realm="api", ${error}, acr_values="gold silver", max_age="300", DPoP realm="api", algs="ES256", ${error}, acr_values="gold silver", max_age="300"`);
  assert.match((await challenge({ method: "otp", ask: "urn:mfa" })) ?? "", /acr_values="urn:mfa"/);
  assert.doesNotMatch((await challenge({ method: "otp" })) ?? "", /acr_values|max_age/);
});

test("a stranger and a program on its own account have no login", async () => {
  const claims = { acr: "gold", amr: ["otp"], auth_time: SECONDS };
  assert.equal(lacks(await ask({ within: "5m" }, undefined)), "user");
  assert.equal(lacks(await ask({ within: "5m" }, claims, { party: "client" })), "user");
});

test("a claim that every object has by birth is no claim", async () => {
  assert.equal(lacks(await ask({ acr: "gold" }, Object.create({ acr: "gold" }) as JsonObject)), "acr");
});

test("mistakes in the options are misfits", () => {
  const said = (options: JsonObject, site = {}): string => misfits(stepUp, options, {}, { challenges: CHALLENGES, ...site }).join("\n");
  for (const options of [{ within: "5m" }, { acr: "gold" }, { method: "otp" }, { acr: "gold", method: "otp" }]) assert.equal(said(options), "");
  for (const options of [{}, { acr: [], method: [] }, { ask: "gold" }]) assert.match(said(options), /nothing is asked for; allowed: acr, method or within/);
  for (const acr of ["a b", 'a"b', "a\\b"]) assert.match(said({ acr }), /cannot be told in a challenge/);
  assert.match(said({ within: "32d" }), /out of range/);
  assert.match(said({ within: "5m", skew: "61s" }), /out of range/);
  assert.match(said({ within: "5m" }, { public: "price list, agreed" }), /strangers may come in/);
  assert.match(said({ within: "5m" }, { challenges: ['Basic realm="api"'] }), /no guard here takes access tokens/);
});

test("where the contract lists no operation there is nothing to check", async () => {
  for (const listed of ["path", "method"] as const) assert.equal((await post({ guard: stepUp, options: { within: "5m" }, operation: { listed } })({ now: NOW })).outcome, undefined);
});
