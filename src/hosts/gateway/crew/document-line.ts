/**
 * Document line: a member's way to the crew's document desk.
 *
 * A question that nobody answers in time is a failed fetch, as if the issuer were away: keys that are held go on counting
 * for their time, and no token passes without one.
 */
import { ASK_MILLISECONDS_MAX, type Origin } from "../../../keys/ask.ts";
import type { Document } from "../../../keys/fetch-document.ts";
import type { DocumentAnswer, DocumentQuestion } from "./messages.ts";

/** Longer than an issuer may take, so that the issuer's own fault is what is told. */
export const LINE_MILLISECONDS_MAX: number = ASK_MILLISECONDS_MAX + 2_000;
/** Most questions that wait. A policy has a few issuers, and each source of keys asks one question at a time. */
export const LINE_QUESTIONS_MAX = 1_000;

export class DocumentLine {
  readonly #tell: (question: DocumentQuestion) => void;
  readonly #waitMilliseconds: number;
  readonly #waiting = new Map<number, (answer: DocumentAnswer["document"]) => void>();
  #last = 0;

  constructor(tell: (question: DocumentQuestion) => void, waitMilliseconds: number = LINE_MILLISECONDS_MAX) {
    this.#tell = tell;
    this.#waitMilliseconds = waitMilliseconds;
  }

  /** Never rejects. */
  fetch = async (url: URL, origin: Origin, newer = false): Promise<Document> => {
    if (this.#waiting.size >= LINE_QUESTIONS_MAX) return { wrong: "too many questions to the crew" };
    const document = await this.#ask({ url: url.href, origin, newer });
    if ("wrong" in document) return document;
    const { buffer, byteOffset, byteLength } = document.bytes;
    return { bytes: Buffer.from(buffer, byteOffset, byteLength) };
  };

  answer({ question, document }: DocumentAnswer): void {
    this.#waiting.get(question)?.(document);
  }

  #ask(asked: Pick<DocumentQuestion, "url" | "origin" | "newer">): Promise<DocumentAnswer["document"]> {
    const question = ++this.#last;
    return new Promise((resolve) => {
      const end = (answer: DocumentAnswer["document"]): void => {
        clearTimeout(timer);
        this.#waiting.delete(question);
        resolve(answer);
      };
      const timer = setTimeout(() => end({ wrong: "no answer from the crew" }), this.#waitMilliseconds);
      timer.unref();
      this.#waiting.set(question, end);
      try {
        this.#tell({ kind: "document", question, ...asked });
      } catch {
        end({ wrong: "no way to the crew" });
      }
    });
  }
}
