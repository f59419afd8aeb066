import type { SipMessage } from './message.ts';

/** Reason for the end of a call. `open`: it was not over when SIPp ended. */
export type CallEnd = 'hung_up' | 'remote' | 'refused' | 'no_answer' | 'open';

/** Signalling of one call. Times are ms since 1970; null: it did not happen. */
export interface CallSignalling {
  callId: string;
  invitedAtMs: number;
  /** First 180, 183 or 200, by which the other side shows that it rings: not 100 and not a challenge. */
  ringingAtMs: number | null;
  answeredAtMs: number | null;
  /** Last final status of the INVITE, challenges that were answered excluded. */
  status: number | null;
  /** Arrival of this status. */
  finalAtMs: number | null;
  /** True as long as no response of any kind arrived. */
  isUnheard: boolean;
  isChallenged: boolean;
  /** INVITEs that were sent again as no response arrived. */
  repeats: number;
  cancelledAtMs: number | null;
  /** 200 that arrived after the CANCEL: the call is ended by BYE, and does not count as answered. */
  lateAnswerAtMs: number | null;
  /** BYE of either side. */
  byeAtMs: number | null;
  /** Answer to the BYE that was sent. */
  byeAnsweredAtMs: number | null;
  /** REFER that was sent. */
  referredAtMs: number | null;
  /** Final status of the REFER, and status of the transfer as NOTIFY reports it. */
  referStatus: number | null;
  transferStatus: number | null;
  /** ACK of a refusal, or answer to the BYE of the other side: the last that is sent. */
  closedAtMs: number | null;
  end: CallEnd;
  /** SDP of the answer. */
  answer: string | null;
  /** SDP of the last offer of the other side within the call, or of its answer in an ACK (RFC 3261, §14.1). */
  offer: string | null;
}

/** Folds messages into calls. */
export class CallSignallings {
  readonly #calls = new Map<string, CallSignalling & { lastInvite: number }>();

  get all(): readonly CallSignalling[] {
    return [...this.#calls.values()].map(({ lastInvite: _, ...call }) => call);
  }

  get count(): number {
    return this.#calls.size;
  }

  /** Returns the call of a message, whose facts change with later ones; null: it is of no call. */
  add(message: SipMessage): CallSignalling | null {
    const { callId, atMs, isSent, method, status, sequence } = message;
    const call = this.#calls.get(callId);
    if (call === undefined) return this.#begin(message);
    if (isSent && status === null) {
      if (method === 'INVITE') {
        if (sequence === call.lastInvite) call.repeats++;
        else {
          // The challenge was answered, so the call continues.
          const open = {
            isChallenged: true,
            status: null,
            finalAtMs: null,
            closedAtMs: null,
          } as const;
          Object.assign(call, { ...open, end: 'open', lastInvite: sequence });
        }
      }
      if (method === 'ACK' && call.finalAtMs !== null && call.answeredAtMs === null)
        call.closedAtMs ??= atMs;
      if (method === 'REFER') call.referredAtMs ??= atMs;
      if (method === 'CANCEL') {
        call.cancelledAtMs ??= atMs;
        call.end = 'no_answer';
      }
      if (method === 'BYE') {
        call.byeAtMs ??= atMs;
        if (call.end === 'open') call.end = 'hung_up';
      }
    } else if (!isSent && status === null) {
      // An INVITE without SDP asks for an offer in the 200, which its ACK answers.
      if (CARRIES_SDP.has(method) && message.body !== '') call.offer = message.body;
      if (method === 'BYE') {
        call.byeAtMs ??= atMs;
        if (call.end === 'open') call.end = 'remote';
      }
      if (method === 'NOTIFY')
        call.transferStatus = fragmentStatus(message.body) ?? call.transferStatus;
    } else if (!isSent && status !== null) this.#answer(call, message, status);
    else if (isSent && method === 'BYE') call.closedAtMs ??= atMs;
    return call;
  }

  #begin({ isSent, method, status, callId, atMs, sequence }: SipMessage) {
    if (!isSent || method !== 'INVITE' || status !== null) return null;
    const call = {
      ...{ callId, invitedAtMs: atMs, ringingAtMs: null, answeredAtMs: null, status: null },
      ...{
        finalAtMs: null,
        isUnheard: true,
        isChallenged: false,
        repeats: 0,
        cancelledAtMs: null,
        lateAnswerAtMs: null,
        byeAtMs: null,
      },
      ...{
        byeAnsweredAtMs: null,
        referredAtMs: null,
        referStatus: null,
        transferStatus: null,
        answer: null,
        offer: null,
        closedAtMs: null,
      },
      ...{ end: 'open' as const, lastInvite: sequence },
    };
    this.#calls.set(callId, call);
    return call;
  }

  #answer(
    call: CallSignalling & { lastInvite: number },
    { method, atMs, body }: SipMessage,
    status: number,
  ): void {
    call.isUnheard = false;
    if (method === 'BYE' && call.byeAtMs !== null) call.byeAnsweredAtMs ??= atMs;
    if (method === 'REFER' && status >= 200) call.referStatus = status;
    if (method !== 'INVITE') return;
    if ([180, 183, 200].includes(status)) call.ringingAtMs ??= atMs;
    if (status < 200 || call.answeredAtMs !== null) return;
    if (status < 300 && call.cancelledAtMs !== null) {
      call.lateAnswerAtMs ??= atMs;
      return;
    }
    call.status = status;
    call.finalAtMs = atMs;
    if (status < 300) {
      call.answeredAtMs = atMs;
      call.answer = body;
      call.end = 'open';
    } else call.end = call.cancelledAtMs === null ? 'refused' : 'no_answer';
  }
}

/** Requests of the other side with the SDP of its media. */
const CARRIES_SDP: ReadonlySet<string> = new Set(['INVITE', 'ACK']);

/** Status of a transfer in a NOTIFY (RFC 3515, §2.4.5). */
const fragmentStatus = (body: string): number | null => {
  const status = /^SIP\/2\.0 (\d{3})/m.exec(body)?.[1];
  return status === undefined ? null : Number(status);
};
