/**
 * Jsonwebtoken: the authentication that everybody copies, as the "before".
 *
 * A split of the header, `jwt.verify` with a secret and no further word, 403 for whatever is wrong. But for the types
 * nothing is added to what stands in a thousand tutorials, and nothing is made weaker.
 */
import http from "node:http";
import type { AddressInfo } from "node:net";
import express, { type NextFunction, type Request, type Response } from "express";
import { bring } from "../../src/bring.ts";

interface Jsonwebtoken {
  readonly verify: (token: string, secret: string, done: (fault: Error | null, user: unknown) => void) => void;
}

const jwt = bring<Jsonwebtoken>("jsonwebtoken");

export interface Sample {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

export async function startSample(secret: string): Promise<Sample> {
  const app = express();

  function authenticateToken(req: Request & { user?: unknown }, res: Response, next: NextFunction): void {
    const authHeader = req.headers["authorization"];
    const token = authHeader && authHeader.split(" ")[1];
    // oxlint-disable-next-line eqeqeq -- as it is copied
    if (token == null) return void res.sendStatus(403);

    jwt.verify(token, secret, (err, user) => {
      if (err) return void res.sendStatus(403);
      req.user = user;
      next();
    });
  }

  app.get("/orders/:orderId", authenticateToken, (_req, res) => void res.json({ id: "a-1", amount: 5 }));

  const server = http.createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
