/**
 * Path: a path that the contract does not list does not exist.
 *
 * Forgotten versions, debug pages and consoles behind an API are found by trying. They are reached by no one, because
 * only what is written down is forwarded. The answer is the same for every such path, and comes before anybody has to
 * say who they are.
 *
 * Answers API9:2023, improper inventory management. See RFC 9110, section 15.5.5.
 */
import { defineGuard, fields, type Guard } from "../../../guard.ts";
import { notFound } from "../../not-found.ts";

export const path: Guard = defineGuard({
  name: "path",
  stage: "screen",
  risks: ["API9:2023"],
  standing: true,

  options: fields({}),

  compile(_, { operation }) {
    return operation.listed === "path" ? () => notFound() : undefined;
  },
});
