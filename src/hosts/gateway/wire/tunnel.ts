/**
 * Tunnel: what a connection is after a switch of protocols: bytes both ways, unread, at the pace of the slower side.
 *
 * A side that is shut is shut on the other side too; a side that breaks off ends both. Beyond that a tunnel lasts no
 * longer than the credential that opened it, and no longer than its silence may: a stolen minute must not become a
 * day, nor a forgotten connection a leak. However it ends, it is told once, when the caller's connection is closed.
 */
import type { Socket } from "node:net";
import type { OpenExchange } from "../../../doors/open-exchange.ts";
import type { Sink } from "../../../exchange/content.ts";
import { type Particulars, type Problem, problem } from "../../../exchange/problem.ts";
import type { Uplink } from "../../../exchange/uplink.ts";
import { callerLeft } from "../../carry.ts";
import type { FrontLimits } from "./front-limits.ts";
import { apiBrokeOff } from "./upstream-problems.ts";

/** What a tunnel needs of the caller's connection. */
export interface TunnelChannel {
  readonly socket: Socket;
  readonly parts: { readonly limits: FrontLimits };
}

/** For the record only: the protocol of the tunnel is not known here, so nobody can be told. */
const tunnelClosed: (particulars?: Particulars) => Problem = problem("tunnel-closed", 408, "The tunnel was closed");

export class Tunnel implements Sink {
  readonly #channel: TunnelChannel;
  readonly #exchange: OpenExchange;
  readonly #uplink: Uplink;
  #callerEnded = false;
  #apiEnded = false;
  /** The caller's side takes no more for now. */
  #full = false;
  #fault: Problem | undefined;
  #progress = 0;
  #still = 0;

  constructor(channel: TunnelChannel, exchange: OpenExchange, uplink: Uplink) {
    this.#channel = channel;
    this.#exchange = exchange;
    this.#uplink = uplink;
    uplink.onRoom(() => {
      if (!this.#callerEnded) channel.socket.resume();
    });
    uplink.onGone(() => this.#breakOff());
  }

  /** What the API sends begins to flow. */
  open(): void {
    this.#exchange.answer.content.stream(this);
  }

  // What the caller does.

  received(chunk: Uint8Array): void {
    this.#exchange.content.passed += chunk.byteLength;
    if (!this.#uplink.write(chunk)) this.#channel.socket.pause();
  }

  halfClosed(): void {
    if (this.#callerEnded) return;
    this.#callerEnded = true;
    this.#uplink.end();
  }

  drained(): void {
    if (!this.#full) return;
    this.#full = false;
    this.#exchange.answer.content.resume();
  }

  /** The caller's connection is closed. @param draining the door is, too. @returns what ended the tunnel, unless both sides did */
  left(draining: boolean): Problem | undefined {
    const whole = this.#callerEnded && this.#apiEnded;
    this.#exchange.answer.content.cancel();
    this.#uplink.close();
    if (whole) return undefined;
    return this.#fault ?? (draining ? stopped() : callerLeft());
  }

  // What the API does.

  data(chunk: Uint8Array): boolean {
    if (this.#channel.socket.write(chunk)) return true;
    this.#full = true;
    return false;
  }

  end(): void {
    this.#apiEnded = true;
    this.#channel.socket.end();
  }

  fail(why: Problem): void {
    this.#fault ??= why;
    this.#channel.socket.destroy();
  }

  /** What the API said last still leaves. */
  #breakOff(): void {
    if (this.#callerEnded) return;
    this.#fault ??= apiBrokeOff();
    this.#channel.socket.destroySoon();
  }

  /** @returns false when the tunnel is to be closed */
  keepsMoving(elapsedMilliseconds: number): boolean {
    const { socket, parts } = this.#channel;
    const progress = socket.bytesRead + socket.bytesWritten - socket.writableLength;
    this.#still = progress === this.#progress ? this.#still + elapsedMilliseconds : 0;
    this.#progress = progress;
    const until = this.#exchange.principal?.until;
    const now = Date.now();
    if (until !== undefined && now >= until) this.#fault = tunnelClosed({ because: { fault: "the credential ended" } });
    else if (!this.#exchange.lasts(now)) this.#fault = tunnelClosed({ because: { fault: "the credential counts no more" } });
    else if (this.#still >= parts.limits.tunnelIdleMilliseconds) this.#fault = tunnelClosed({ because: { fault: "nothing moved" } });
    return this.#fault === undefined;
  }
}

const stopped = (): Problem => tunnelClosed({ because: { fault: "the door was closed" } });
