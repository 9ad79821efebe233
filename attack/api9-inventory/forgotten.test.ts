/** Forgotten: what an API still answers to, and no contract tells of. */
import { social } from "../../examples/social/example.ts";
import { attackOn } from "../attack.ts";

const attack = attackOn(social);

attack("a version of before, which shows whole rows to everybody", {
  waive: ["path", "answer-status", "answer-body", "leaks", "properties"],
  run: async (place) => (await place.ask({ target: "/v0/members" })).body.includes("lastAddress"),
});

attack("a parameter that developers left in", {
  waive: ["parameters", "answer-body", "leaks", "properties"],
  run: async (place) => (await place.ask({ target: "/posts?debug=1" })).body.includes("DATABASE_URL"),
});

attack("a member of a row that was never meant to leave", {
  waive: ["answer-body", "properties"],
  run: async (place) => (await place.ask({ as: "mem-1001", target: "/members/mem-1002" })).body.includes("lastAddress"),
});

attack("a member of a row that a caller was never meant to set", {
  waive: ["body", "properties"],
  async run(place) {
    await place.ask({ as: "mem-1001", method: "PATCH", target: "/me", body: { role: "moderator" } });
    return place.books.members.get("mem-1001")?.role === "moderator";
  },
});
