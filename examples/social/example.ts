/** Example: the social network, for whoever starts or attacks it. */
import type { Example } from "../example.ts";
import { type Books, openBooks } from "./books.ts";
import { socialListener } from "./social.ts";

const WRITES = ["posts:write", "messages", "profile"];

export const social: Example<Books> = {
  name: "social",
  title: "the social network",
  folder: import.meta.dirname,
  issuer: { issuer: "https://id.social.example", audience: "social", client: "social-app" },

  claimsOf: (subject) => (subject.startsWith("mod-") ? { roles: ["moderator"] } : {}),
  scopesOf: (subject) => (subject.startsWith("mod-") ? [...WRITES, "members:contact"] : WRITES),

  open() {
    const books = openBooks();
    return { books, serve: socialListener(books), close: () => undefined };
  },

  callers: {
    "lin.token": { subject: "mem-1001", scopes: WRITES },
    "moderator.token": { subject: "mod-1", scopes: [...WRITES, "members:contact"] },
  },

  trials: [
    { about: "200: everybody reads the latest posts", target: "/posts" },
    { about: "201: Lin posts, and what could run in a browser is cut out of it on the way in", as: "lin.token", target: "/posts", body: '{"html":"<p>Hello <b>all</b><script>steal()</script></p>"}' },
    { about: "404 from owner: Lin changes what somebody else has posted", as: "lin.token", method: "PATCH", target: "/posts/5b0c4a52-8d0e-4d59-9d6c-0f2f5f3f4c11", body: '{"html":"<p>Nothing to see here.</p>"}' },
    { about: "201: Lin writes to Sam", as: "lin.token", target: "/messages", body: '{"to":"mem-1002","text":"Have a look at my shop"}' },
    { about: "409 from flow: and the same to Mira, as spam is sent", as: "lin.token", target: "/messages", body: '{"to":"mem-1003","text":"have a look at  my shop"}' },
    { about: "400 from target-url: a preview of what lies in the inner network", as: "lin.token", target: "/previews", body: '{"url":"https://10.0.0.1/admin"}' },
    { about: "200: a member as others see him: how to reach him is for moderators", as: "lin.token", target: "/members/mem-1002" },
  ],
};
