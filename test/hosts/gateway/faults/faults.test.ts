/** Faults: resets, half-closes and silence at every point of an exchange, on both sides of a whole gateway. */
import { test } from "node:test";
import { apiSides, callerSides, DEEDS, LATE_SIDES, SECURE_DEEDS, uploadSides } from "./points.ts";
import { sufferAll } from "./suffer.ts";

test("a caller who resets, half-closes or falls silent at any point", () => sufferAll(callerSides(DEEDS)));

test("an API that resets, half-closes or falls silent at any point", () => sufferAll(apiSides(DEEDS)));

test("an API that resets, shuts its side or stops reading while it is sent a body", () => sufferAll(uploadSides(DEEDS)));

test("a deadline that passes while one side still sends is that side's", () => sufferAll(LATE_SIDES));

test("over TLS, a caller who resets, says goodbye (close_notify), or is cut off without it, at any point", () => sufferAll(callerSides(SECURE_DEEDS), true));

test("over TLS, an API that resets, says goodbye, or is cut off without it, at any point", () => sufferAll(apiSides(SECURE_DEEDS, true), true));

test("over TLS, an API that resets, says goodbye, or is cut off without it, while it is sent a body", () => sufferAll(uploadSides(SECURE_DEEDS), true));
