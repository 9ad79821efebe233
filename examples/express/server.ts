/**
 * Express: Sallyport as middleware, in one file.
 *
 *     node examples/express/server.ts
 *     curl -i http://127.0.0.1:3000/greetings/ann        # 200
 *     curl -i http://127.0.0.1:3000/greetings/ann?x=1    # 400: the contract knows no x
 *     curl -i http://127.0.0.1:3000/secrets              # 502: the answer breaks the contract
 *     curl -i http://127.0.0.1:3000/admin                # 404: mounted below, but not in the contract
 */
import path from "node:path";
import express from "express";
import { sallyport } from "../../src/hosts/express.ts"; // in your program: from "sallyport/express"

const PORT = Number(process.argv[2] ?? 3000);

const app = express();
app.disable("x-powered-by");
// First of all: what stands before it is not guarded.
app.use(sallyport(path.join(import.meta.dirname, "policy.yaml")));
app.use(express.json());

app.get("/greetings/:name", (request, response) => {
  response.json({ greeting: `Hello ${request.params.name}` });
});
app.post("/greetings", (request, response) => {
  const { name } = request.body as { name: string };
  response.status(201).json({ greeting: `Hello ${name}` });
});
// A mistake that the second door stops: this answer holds more than the contract promises.
app.get("/secrets", (_request, response) => {
  response.json({ greeting: "Hello", password: "never leaves" });
});
app.get("/admin", (_request, response) => {
  response.send("never reached: the contract does not list it");
});

const server = app.listen(PORT, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`listening on http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : PORT}\n`);
});
