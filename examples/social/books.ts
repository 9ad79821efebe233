/** Books: members, posts, messages and pictures of the social network, in memory. */
import { randomUUID } from "node:crypto";

export interface Member {
  readonly memberId: string;
  readonly name: string;
  readonly about: string;
  /** For themselves and for moderators. */
  readonly email: string;
  /** For nobody. */
  readonly lastAddress: string;
  readonly role: string;
}

export interface Post {
  readonly postId: string;
  readonly authorId: string;
  /** HTML. */
  readonly html: string;
  readonly postedAt: string;
}

export interface Message {
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly sentAt: string;
}

export interface Books {
  readonly members: Map<string, Member>;
  /** The latest last. */
  readonly posts: Map<string, Post>;
  readonly messages: Message[];
  readonly pictures: Map<string, Buffer>;
}

export function newId(): string {
  return randomUUID();
}

export function openBooks(): Books {
  const members = [
    { memberId: "mem-1001", name: "Lin Aster", about: "Photographs of bridges.", email: "lin@mail.example", lastAddress: "198.51.100.7", role: "member" },
    { memberId: "mem-1002", name: "Sam Oduya", about: "Cooks, and writes about it.", email: "sam@mail.example", lastAddress: "203.0.113.21", role: "member" },
    { memberId: "mem-1003", name: "Mira Falk", about: "Runs, mostly in the rain.", email: "mira@mail.example", lastAddress: "192.0.2.77", role: "member" },
  ];
  const post = { postId: "5b0c4a52-8d0e-4d59-9d6c-0f2f5f3f4c11", authorId: "mem-1002", html: "<p>The soup is <b>ready</b>.</p>", postedAt: "2026-11-01T18:30:00Z" };
  const message = { messageId: "c1b1a4c6-6a31-4b7e-8a8f-5b8d3b0b7a90", from: "mem-1003", to: "mem-1002", text: "Is there any left?", sentAt: "2026-11-01T18:45:00Z" };
  return { members: new Map(members.map((member) => [member.memberId, member])), posts: new Map([[post.postId, post]]), messages: [message], pictures: new Map() };
}
