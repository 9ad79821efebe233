/** Spam: requests of which each is allowed, and which only together are an attack. */
import { social } from "../../examples/social/example.ts";
import { attackOn } from "../attack.ts";

const attack = attackOn(social);
const OFFER = "Earn from home, ask me how";
const READERS = ["mem-1001", "mem-1002", "mem-1003", "mod-1", "mem-7"];

attack("the same offer goes to everybody", {
  waive: ["flow"],
  async run(place) {
    for (const to of READERS) await place.ask({ as: "mem-2001", method: "POST", target: "/messages", body: { to, text: OFFER } });
    return place.books.messages.filter(({ text }) => text === OFFER).length === READERS.length;
  },
});

attack("the same offer goes to everybody, a little different each time to the eye of a machine", {
  waive: ["flow"],
  async run(place) {
    const spellings = [OFFER, OFFER.toUpperCase(), OFFER.replaceAll(" ", "  "), `${OFFER} `, `\t${OFFER}`];
    for (const [at, text] of spellings.entries()) await place.ask({ as: "mem-2002", method: "POST", target: "/messages", body: { to: READERS[at], text } });
    return place.books.messages.filter(({ from }) => from === "mem-2002").length > 1;
  },
});

attack("one member is written to until he goes", {
  waive: ["flow"],
  async run(place) {
    for (let time = 0; time < 20; time += 1) await place.ask({ as: "mem-2003", method: "POST", target: "/messages", body: { to: "mem-1003", text: `Answer me, ${time}` } });
    return place.books.messages.filter(({ from }) => from === "mem-2003").length > 5;
  },
});

attack("one post fills everybody's page", {
  waive: ["flow"],
  async run(place) {
    for (let time = 0; time < 12; time += 1) await place.ask({ as: "mem-2004", method: "POST", target: "/posts", body: { html: "<p>Buy now</p>" } });
    const { body } = await place.ask({ target: "/posts?limit=50" });
    return body.split("Buy now").length - 1 > 1;
  },
});

attack("a script posts faster than anybody can write", {
  waive: ["flow"],
  async run(place) {
    await Promise.all(Array.from({ length: 40 }, (_, at) => place.ask({ as: "mem-2005", method: "POST", target: "/posts", body: { html: `<p>Number ${at}</p>` } })));
    return [...place.books.posts.values()].filter(({ authorId }) => authorId === "mem-2005").length > 10;
  },
});
