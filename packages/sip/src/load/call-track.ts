import { readMediaAnswer } from '../media/media-answer.ts';
import type { MediaLeg } from '../media/media-leg.ts';
import type { FollowedParticipants } from '../room/follow-participants.ts';
import { type CallSignalling, CallSignallings } from '../signalling/call-signalling.ts';
import { CANCEL_MS, type CallScript, CHALLENGES } from '../signalling/scenario.ts';
import type { CallFacts } from './call-facts.ts';

export interface CallProgress {
  calls: number;
  answered: number;
  open: number;
  refused: number;
}

/** Calls that are planned, and how each behaves. */
export interface TrackedCalls {
  calls: number;
  script: CallScript;
}

/** Time after which SIPp no longer waits for an answer, or for its own next message, ms. */
const ANSWER_MS = 6_000;
/** Time after which SIPp has surely given up a call without any response, ms. */
const GIVEN_UP_MS = 1_000;
/** Time after which SIPp no longer waits for the end of a call that it cancelled, ms. */
const CANCELLED_MS = CANCEL_MS + 1_000;
/** Time that a call may last longer than planned, by offers of the other side, ms. */
export const LATE_MS = 60_000;

/** Calls that are made, with their media. */
export class CallTrack {
  conflicts = 0;
  readonly #legs: readonly MediaLeg[];
  readonly #prefix: string;
  readonly #signallings = new CallSignallings();
  readonly #media = new Map<string, CallFacts['media']>();
  readonly #talking = new Map<string, MediaLeg>();
  readonly #unknown = new Set<string>();
  /** Calls that are not over: a look at each turn costs no more than these. */
  readonly #open = new Set<CallSignalling>();

  constructor(legs: readonly MediaLeg[], prefix: string) {
    this.#legs = legs;
    this.#prefix = prefix;
  }

  get progress(): CallProgress {
    const all = this.#signallings.all;
    return {
      calls: all.length,
      answered: all.filter(({ answeredAtMs }) => answeredAtMs !== null).length,
      open: all.filter(({ end }) => end === 'open').length,
      refused: all.filter(({ end }) => end === 'refused').length,
    };
  }

  add(message: Parameters<CallSignallings['add']>[0]): void {
    const call = this.#signallings.add(message);
    if (call === null) return;
    this.#open.add(call);
    const { callId, answeredAtMs, byeAtMs } = call;
    if (answeredAtMs === null || this.#media.has(callId) || this.#unknown.has(callId)) return;
    if (!this.#talking.has(callId)) this.#begin(call, answeredAtMs);
    const leg = this.#talking.get(callId);
    if (leg !== undefined && call.offer !== null && message.body === call.offer)
      leg.redirect(readMediaAnswer(call.offer), message.atMs);
    if (byeAtMs === null || leg === undefined) return;
    this.#media.set(callId, leg.end());
    this.#talking.delete(callId);
  }

  send(nowMs: number): void {
    for (const leg of this.#talking.values()) leg.send(nowMs);
  }

  /** True when every call was made, and is over. */
  isOver(nowMs: number, { calls, script }: TrackedCalls): boolean {
    for (const call of this.#open) if (isCallOver(call, nowMs, script)) this.#open.delete(call);
    return this.#signallings.count === calls && this.#open.size === 0;
  }

  /** True if a call should be over by far. */
  isLate(nowMs: number, { script: { answerWithinMs, holdMs } }: TrackedCalls): boolean {
    for (const { invitedAtMs } of this.#open)
      if (nowMs > invitedAtMs + answerWithinMs + holdMs + LATE_MS) return true;
    return false;
  }

  calls(
    planned: readonly { to: string; from: string }[],
    followed: FollowedParticipants | null,
  ): CallFacts[] {
    for (const [callId, leg] of this.#talking) this.#media.set(callId, leg.end());
    return this.#signallings.all.map((signalling) => {
      const number = this.#numberOf(signalling.callId);
      const { to = '', from = '' } = planned[number - 1] ?? {};
      return {
        ...{ number, to, from, signalling },
        media: this.#media.get(signalling.callId) ?? null,
        room: followed?.byCallId.get(signalling.callId) ?? null,
      };
    });
  }

  #begin({ callId, answer }: CallSignalling, answeredAtMs: number): void {
    const leg = this.#legs[(this.#numberOf(callId) - 1) % this.#legs.length];
    if (leg === undefined || leg.isBusy) {
      this.conflicts++;
      this.#unknown.add(callId);
      return;
    }
    leg.begin(answeredAtMs, answer === null ? null : readMediaAnswer(answer));
    this.#talking.set(callId, leg);
  }

  #numberOf(callId: string): number {
    return Number.parseInt(callId.slice(this.#prefix.length), 10);
  }
}

/**
 * True if SIPp has nothing to do for a call any more: to end it before would leave the other side
 * without an ACK or an answer to its BYE, and a challenge without the INVITE that answers it.
 */
const isCallOver = (call: CallSignalling, nowMs: number, script: CallScript): boolean => {
  const { end, isUnheard, invitedAtMs, byeAtMs, byeAnsweredAtMs, cancelledAtMs, finalAtMs } = call;
  const isSince = (atMs: number | null): boolean => nowMs > (atMs ?? 0) + ANSWER_MS;
  const isGivenUp = nowMs > (cancelledAtMs ?? 0) + CANCELLED_MS;
  switch (end) {
    case 'refused':
      return (call.closedAtMs !== null && !isToContinue(call, script)) || isSince(finalAtMs);
    case 'remote':
      return call.closedAtMs !== null || isSince(byeAtMs);
    case 'hung_up':
      return byeAnsweredAtMs !== null || isSince(byeAtMs);
    case 'no_answer':
      if (call.lateAnswerAtMs !== null)
        return byeAnsweredAtMs !== null || isSince(byeAtMs ?? call.lateAnswerAtMs);
      return call.closedAtMs !== null || (finalAtMs === null ? isGivenUp : isSince(finalAtMs));
    case 'open':
      return isUnheard && nowMs > invitedAtMs + script.answerWithinMs + GIVEN_UP_MS;
  }
};

/** True for a first challenge, which SIPp answers. */
const isToContinue = (
  { status, isChallenged }: CallSignalling,
  { hasCredentials }: CallScript,
): boolean => hasCredentials && !isChallenged && status !== null && CHALLENGES.has(status);
