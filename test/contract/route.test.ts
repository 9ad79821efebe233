import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../../fuzz/route.ts";
import { buildRouter, type Route, type RouteEntry, type Router } from "../../src/contract/route.ts";

function list(template: string, methods = "GET", matrix?: string): RouteEntry<string> {
  return {
    template,
    methods: new Map(methods.split(" ").map((method) => [method, `${method} ${template}`])),
    place: { file: "api.yaml", pointer: `/paths/${template}`, line: 3 },
    ...(matrix !== undefined && { matrix: new Set([matrix]) }),
  };
}

function routerOf(...entries: RouteEntry<string>[]): Router<string> {
  const { router, refused } = buildRouter(entries);
  assert.deepEqual(refused, []);
  return router;
}

function find(router: Router<string>, path: string, method = "GET"): Route<string> | undefined {
  return router.find(method, path.slice(1).split("/"));
}

function pathOf(router: Router<string>, path: string): string | undefined {
  return find(router, path)?.path;
}

test("a listed path and method are found, with the raw texts of the expressions", () => {
  const router = routerOf(list("/orders/{id}/lines/{line}"));
  assert.deepEqual(find(router, "/orders/7%2C8/lines/x"), {
    kind: "found",
    entry: "GET /orders/{id}/lines/{line}",
    path: "/orders/{id}/lines/{line}",
    values: ["7%2C8", "x"],
  });
});

test("what is not listed is not found", () => {
  const router = routerOf(list("/a"), list("/a/{b}/c"), list("/d/"));
  for (const path of ["/", "/A", "/a/", "/a/b", "/a/b/c/", "/a/b/c/d", "/d", "/d/x", "/b", "/__proto__", "/constructor"]) {
    assert.equal(find(router, path), undefined, path);
  }
  assert.equal(router.find("GET", []), undefined);
});

test("a trailing slash is part of the path", () => {
  const router = routerOf(list("/"), list("/a"), list("/b/"), list("/c/{d}/"));
  assert.equal(pathOf(router, "/"), "/");
  assert.equal(pathOf(router, "/a/"), undefined);
  assert.equal(pathOf(router, "/b"), undefined);
  assert.equal(pathOf(router, "/b/"), "/b/");
  assert.equal(pathOf(router, "/c/x/"), "/c/{d}/");
});

test("an empty segment is never the text of an expression", () => {
  const router = routerOf(list("/{a}"), list("/b/{c}"), list("/d/x{e}"));
  for (const path of ["/", "/b/", "/d/x"]) assert.equal(find(router, path), undefined);
});

test("a listed path without the method names those that it has, and HEAD is not GET", () => {
  const router = routerOf(list("/a/{b}", "GET DELETE"));
  for (const method of ["HEAD", "POST", "get", "OPTIONS", "", "constructor"]) {
    assert.deepEqual(find(router, "/a/b", method), { kind: "method", path: "/a/{b}", allow: ["GET", "DELETE"] });
  }
});

test("literal text comes before text around an expression, and that before a bare expression", () => {
  const router = routerOf(list("/{any}"), list("/{name}.json"), list("/data.json"), list("/data.{ext}"), list("/{name}.{ext}"), list("/{name}.gz"), list("/{name}.tar.gz"));
  assert.equal(pathOf(router, "/data.json"), "/data.json");
  assert.equal(pathOf(router, "/x.json"), "/{name}.json");
  assert.equal(pathOf(router, "/data.csv"), "/data.{ext}");
  assert.equal(pathOf(router, "/x.csv"), "/{name}.{ext}");
  assert.equal(pathOf(router, "/x.tar.gz"), "/{name}.tar.gz");
  assert.equal(pathOf(router, "/x.gz"), "/{name}.gz");
  assert.equal(pathOf(router, "/x"), "/{any}");
});

test("the order in the document makes no difference", () => {
  const templates = ["/{a}.b", "/a.{b}", "/{a}", "/{a}/x", "/y/{b}", "/y/x", "/{a}.{b}", "/{a}b"];
  const forward = routerOf(...templates.map((template) => list(template)));
  const backward = routerOf(...templates.toReversed().map((template) => list(template)));
  for (const path of ["/a.b", "/aa.b", "/a.bb", "/q", "/q/x", "/y/z", "/y/x", "/qb"]) {
    assert.equal(pathOf(forward, path), pathOf(backward, path), path);
  }
});

test("where the more concrete way leads nowhere, the next is tried", () => {
  const router = routerOf(list("/a/b/c"), list("/a/{x}/d"), list("/{x}/b/e"), list("/{x}.{y}/f"), list("/{x}/{y}"));
  assert.equal(pathOf(router, "/a/b/c"), "/a/b/c");
  assert.deepEqual(find(router, "/a/b/d"), { kind: "found", entry: "GET /a/{x}/d", path: "/a/{x}/d", values: ["b"] });
  assert.equal(pathOf(router, "/a/b/e"), "/{x}/b/e");
  assert.deepEqual(find(router, "/p.q/g"), { kind: "found", entry: "GET /{x}/{y}", path: "/{x}/{y}", values: ["p.q", "g"] });
  assert.equal(pathOf(router, "/a/b/g"), undefined);
});

test("the path decides before the method: the concrete path's methods are all it has", () => {
  const router = routerOf(list("/users/me", "GET"), list("/users/{id}", "GET DELETE"));
  assert.deepEqual(find(router, "/users/me", "DELETE"), { kind: "method", path: "/users/me", allow: ["GET"] });
});

test("literal text is compared in canonical form", () => {
  const router = routerOf(list("/%61b/caf\u00e9"));
  assert.equal(pathOf(router, "/ab/caf%C3%A9"), "/%61b/caf\u00e9");
});

test("templates of one shape are reported with both places, and the first stays", () => {
  const { router, refused } = buildRouter([list("/a/{x}"), list("/b"), list("/a/{y}", "POST"), list("/%62")]);
  assert.deepEqual(
    refused.map(({ entry }) => entry),
    [2, 3],
  );
  assert.deepEqual(refused[0]?.misfit, {
    level: "operation",
    place: { file: "api.yaml", pointer: "/paths//a/{y}", line: 3 },
    message: "path /a/{y}: matches the same requests as /a/{x} (api.yaml:3, /paths//a/{x})",
  });
  assert.equal(find(router, "/a/1")?.path, "/a/{x}");
});

test("affix templates of one shape are reported too", () => {
  const { refused } = buildRouter([list("/{a}.{b}"), list("/{c}.{d}"), list("/{a}-{b}")]);
  assert.deepEqual(
    refused.map(({ entry }) => entry),
    [1],
  );
});

test("a malformed template is reported and left out", () => {
  const { router, refused } = buildRouter([list("/a?b"), list("/a")]);
  assert.equal(refused.length, 1);
  assert.match(refused[0]?.misfit.message ?? "", /^path \/a\?b: .*query/);
  assert.equal(pathOf(router, "/a"), "/a");
});

test("a raw semicolon matches literal text or a matrix expression, and nothing else", () => {
  const router = routerOf(list("/a/{x}"), list("/a/x.{y}"), list("/b/{m}", "GET", "m"), list("/c;d"), list("/p{m}", "GET", "m"));
  for (const path of ["/a/1;x", "/a/;x=1", "/a/x.;", "/a/x.1;2", "/b/1;m=2", "/b/1", "/c", "/c;e", "/p1", "/p1;m=2"]) {
    assert.equal(pathOf(router, path), undefined, path);
  }
  assert.deepEqual(find(router, "/b/;m=1"), { kind: "found", entry: "GET /b/{m}", path: "/b/{m}", values: [";m=1"] });
  assert.equal(pathOf(router, "/c;d"), "/c;d");
  assert.deepEqual(find(router, "/p;m=2"), { kind: "found", entry: "GET /p{m}", path: "/p{m}", values: [";m=2"] });
});

test("a matrix expression and a plain one stand side by side", () => {
  const router = routerOf(list("/a/{x}"), list("/a/{m}", "GET", "m"));
  assert.equal(pathOf(router, "/a/1"), "/a/{x}");
  assert.equal(pathOf(router, "/a/;m=1"), "/a/{m}");
});

test("a search visits no node twice, even where every level has two ways and all of them fail", () => {
  const depth = 12;
  const entries = Array.from({ length: 2 ** depth }, (_, bits) => {
    const pieces = Array.from({ length: depth }, (_, level) => ((bits >> level) & 1 ? "a" : `{x${level}}`));
    return list(`/${pieces.join("/")}/end`);
  });
  const router = routerOf(...entries);
  assert.equal(router.nodes, 2 ** (depth + 1) - 1 + 2 ** depth);
  const start = performance.now();
  assert.equal(find(router, `/${"a/".repeat(depth)}none`), undefined);
  assert.ok(performance.now() - start < 500, "one pass over the nodes takes a few milliseconds");
});

test("the trie agrees with a matcher that tries every template", () => run(2_000, 20_251_123));
