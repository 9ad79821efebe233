/**
 * Point: one question to the decision point over HTTPS, within one deadline.
 *
 * POST, JSON, no redirects, a bounded answer. Any status but 200 is an outage, not a decision (AuthZEN, section 10.1.8).
 */
import { Pool } from "undici";
import { ANSWER_BYTES_MAX, type Decision, readDecision } from "./read-decision.ts";
import type { Question } from "./question.ts";

export interface Point {
  /** Never rejects. */
  readonly ask: (question: Question) => Promise<Decision>;
  readonly close: () => void;
}

export interface PointOptions {
  readonly url: URL;
  readonly credential: string | undefined;
  readonly deadlineMilliseconds: number;
}

/** Connections to one point. */
const CONNECTIONS = 32;
/** Faults of a connection that the point had closed already; asking twice changes nothing there. */
const STALE: ReadonlySet<string> = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

export function openPoint({ url, credential, deadlineMilliseconds: deadline }: PointOptions): Point {
  const pool = new Pool(url.origin, { connections: CONNECTIONS, connect: { timeout: deadline }, headersTimeout: deadline, bodyTimeout: deadline });
  const base = url.pathname.replace(/\/$/, "");
  const headers = {
    "content-type": "application/json",
    accept: "application/json",
    "user-agent": "sallyport",
    ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
  };

  const send = async ({ text, many }: Question, signal: AbortSignal): Promise<Decision> => {
    const path = `${base}/access/v1/${many === undefined ? "evaluation" : "evaluations"}`;
    const { statusCode, headers: fields, body } = await pool.request({ method: "POST", path, headers, body: text, signal });
    const unfit = statusCode === 200 ? wrongWith(fields) : `answered ${statusCode}`;
    if (unfit !== undefined) {
      // Nobody wants the rest; giving up is reported as an error of the stream.
      body.on("error", () => undefined).destroy();
      return { unavailable: unfit };
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    // The body of a request made without an encoding is a stream of buffers.
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > ANSWER_BYTES_MAX) return { unavailable: `answered more than ${ANSWER_BYTES_MAX} bytes` };
      chunks.push(chunk);
    }
    return readDecision(Buffer.concat(chunks), many);
  };

  return {
    async ask(question) {
      const signal = AbortSignal.timeout(deadline);
      for (let attempt = 1; ; attempt++) {
        try {
          return await send(question, signal);
        } catch (fault) {
          const code = codeOf(fault);
          if (attempt === 1 && STALE.has(code)) continue;
          return { unavailable: signal.aborted ? `did not answer within ${deadline} ms` : code };
        }
      }
    },
    close: () => void pool.destroy().catch(() => undefined),
  };
}

function wrongWith(fields: Readonly<Record<string, string | string[] | undefined>>): string | undefined {
  const type = fields["content-type"];
  const coding = fields["content-encoding"];
  if (typeof type !== "string" || !/^application\/json *(;|$)/i.test(type)) return "answered with no application/json";
  return coding === undefined ? undefined : "answered with a content coding";
}

function codeOf(fault: unknown): string {
  if (!(fault instanceof Error)) return "broken";
  return "code" in fault && typeof fault.code === "string" ? fault.code : fault.name;
}
