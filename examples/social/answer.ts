/** Answer: the social network's routes, from a call to an answer. Why it checks so little is told in social.ts. */
import { type Books, type Member, type Message, newId, type Post } from "./books.ts";

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Empty when the gateway named nobody. */
  readonly subject: string;
  /** The content type. */
  readonly type: string;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

type Route = (books: Books, call: Call, id: string) => Answer | Promise<Answer>;

const FETCH_MILLISECONDS_MAX = 2_000;

const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["GET /posts", listPosts],
  ["POST /posts", createPost],
  ["GET /posts/{id}", (books, _call, id) => show(books.posts.get(id))],
  ["PATCH /posts/{id}", changePost],
  ["DELETE /posts/{id}", deletePost],
  ["GET /members/{id}", (books, _call, id) => show(books.members.get(id))],
  ["GET /me", (books, { subject }) => show(books.members.get(subject))],
  ["PATCH /me", changeMe],
  ["PUT /me/picture", putPicture],
  ["GET /messages", (books) => ({ status: 200, body: books.messages })], // everybody's: weakness 1
  ["POST /messages", sendMessage],
  ["POST /previews", preview],
  ["GET /v0/members", (books) => ({ status: 200, body: [...books.members.values()] })], // weakness 7
]);

export async function answerCall(books: Books, call: Call): Promise<Answer> {
  const whole = routes.get(`${call.method} ${call.path}`);
  if (whole !== undefined) return whole(books, call, "");
  const [, first = "", id = ""] = call.path.split("/");
  return routes.get(`${call.method} /${first}/{id}`)?.(books, call, id) ?? show(undefined);
}

function show(row: unknown): Answer {
  return row === undefined ? { status: 404, headers: { "Content-Type": "application/problem+json" }, body: { type: "https://social.example/problems/not-found", status: 404, title: "There is no such thing" } } : { status: 200, body: row };
}

function listPosts(books: Books, { query }: Call): Answer {
  const author = query.get("author");
  const latest = [...books.posts.values()].filter(({ authorId }) => author === null || author === authorId).toReversed();
  const items = latest.slice(0, Number(query.get("limit") ?? 20));
  return { status: 200, body: query.has("debug") ? { items, environment: { DATABASE_URL: "postgres://social:hunter2@10.3.0.4/social" } } : { items } };
}

function createPost(books: Books, { subject, body }: Call): Answer {
  const post: Post = { postId: newId(), authorId: subject, postedAt: new Date().toISOString(), ...(JSON.parse(body.toString()) as { html: string }) };
  books.posts.set(post.postId, post);
  return { status: 201, headers: { Location: `/posts/${post.postId}` }, body: post };
}

function changePost(books: Books, { body }: Call, id: string): Answer {
  const post = books.posts.get(id);
  if (post === undefined) return show(post);
  books.posts.set(id, { ...post, ...(JSON.parse(body.toString()) as Partial<Post>) }); // whoever calls: weakness 1
  return { status: 204 };
}

function deletePost(books: Books, _call: Call, id: string): Answer {
  return books.posts.delete(id) ? { status: 204 } : show(undefined);
}

function changeMe(books: Books, { subject, body }: Call): Answer {
  const me = books.members.get(subject);
  if (me === undefined) return show(me);
  books.members.set(subject, { ...me, ...(JSON.parse(body.toString()) as Partial<Member>) }); // weakness 3
  return { status: 204 };
}

async function putPicture(books: Books, { subject, type, body }: Call): Promise<Answer> {
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  const picture = form.get("picture");
  if (!(picture instanceof Blob)) return { status: 422, headers: { "Content-Type": "application/problem+json" }, body: { type: "https://social.example/problems/no-picture", status: 422, title: "There is no picture" } };
  books.pictures.set(subject, Buffer.from(await picture.arrayBuffer())); // whatever it is: weakness 6
  return { status: 204 };
}

function sendMessage(books: Books, { subject, body }: Call): Answer {
  const message: Message = { messageId: newId(), from: subject, sentAt: new Date().toISOString(), ...(JSON.parse(body.toString()) as { to: string; text: string }) };
  books.messages.push(message);
  return { status: 201, body: message };
}

async function preview(_books: Books, { body }: Call): Promise<Answer> {
  const { url } = JSON.parse(body.toString()) as { url: string };
  try {
    const page = await (await fetch(url, { signal: AbortSignal.timeout(FETCH_MILLISECONDS_MAX) })).text(); // weakness 5
    return { status: 200, body: { url, title: /<title>([\s\S]*?)<\/title>/i.exec(page)?.[1] ?? page.slice(0, 100) } };
  } catch {
    return { status: 200, body: { url, title: "" } };
  }
}
