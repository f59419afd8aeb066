import type { RemoteTrack, RoomView } from '@livekit-swarm/livekit';
import type { TurnResult } from '@livekit-swarm/record';
import type { Conversation } from '@livekit-swarm/scenario';
import type { Emit } from '../participant/event-lines.ts';
import type { Mouth, Voice, VoicePart } from './voice-part.ts';

export interface CallerOptions extends Mouth {
  conversation: Conversation;
  room: Pick<RoomView, 'agents'>;
  emit: Emit;
}

/** Turn that has not ended. Times are Unix ms. */
interface OpenTurn {
  number: number;
  interrupts: boolean;
  /** Utterance of the turn; null while it is sent. */
  spoken: Voice | null;
  /** Voice of the agent since the beginning of the turn, in the order of time. */
  heard: Voice[];
  /** Last voice of the answer that the turn interrupts; null: the agent has not stopped. */
  stoppedAt: number | null;
}

/** Longest wait for an agent that never is silent, as a multiple of the wait for an answer. */
const PATIENCE = 3;
/** Interval of attempts while the audio track is not published yet, ms. */
const RETRY_MS = 100;

/**
 * Caller in a conversation with a voice agent: speaks an utterance, waits for the answer and its
 * end, and speaks again, or interrupts. Each turn is an event of the record.
 */
export class Caller implements VoicePart {
  readonly #options: CallerOptions;
  #cancel: (() => void) | null = null;
  #connectedAt: number | null = null;
  #hasAgent = false;
  #isLost = false;
  #turn: OpenTurn | null = null;
  #turns = 0;
  /** First voice of the agent that has not ended; null: it is silent. */
  #heardFrom: number | null = null;
  #lastVoiceAt = Number.NEGATIVE_INFINITY;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  listensTo({ kind, ofAgent }: RemoteTrack): boolean {
    return kind === 'audio' && ofAgent;
  }

  connected(): void {
    const { clock, conversation, emit } = this.#options;
    if (this.#connectedAt !== null) {
      // The connection recovered: turns of that time are not measured.
      if (this.#hasAgent) this.#after(conversation.pauseMs, () => this.#speak());
      return;
    }
    this.#connectedAt = clock.now();
    this.roomChanged();
    if (this.#hasAgent) return;
    this.#after(conversation.answerWithinMs, () => {
      this.#isLost = true;
      emit('agent_lost', clock.now(), {
        reason: 'no_agent',
        message: `no voice agent joined the room within ${conversation.answerWithinMs} ms`,
        hint: 'start a worker of this agent name, and dispatch it: swarm agents status shows workers and dispatches',
      });
    });
  }

  roomChanged(): void {
    const { clock, conversation, room, emit } = this.#options;
    if (this.#connectedAt === null || this.#hasAgent || room.agents.length === 0) return;
    this.#hasAgent = true;
    // One that joins later takes part in the conversation, but was counted as lost.
    if (!this.#isLost)
      emit('agent_joined', clock.now(), { durationMs: clock.now() - this.#connectedAt });
    const isGreeted = conversation.opens === 'agent';
    this.#after(isGreeted ? conversation.answerWithinMs : conversation.pauseMs, () =>
      this.#speak(),
    );
  }

  lost(): void {
    this.#clear();
    this.#turn = null;
    this.#heardFrom = null;
  }

  voiceBegan(at: number): void {
    const { bargeIn } = this.#options.conversation;
    this.#heardFrom = at;
    const turn = this.#turn;
    if (turn !== null && turn.spoken === null) return;
    this.#waitForSilence(at);
    if (turn === null) return;
    if (bargeIn !== null && turn.heard.length === 0 && this.#interruptsNext(bargeIn.share))
      this.#after(at + bargeIn.afterMs - this.#options.clock.now(), () => this.#interrupt());
  }

  voiceEnded(voice: Voice): void {
    const { clock, conversation } = this.#options;
    this.#heardFrom = null;
    this.#lastVoiceAt = voice.to;
    const turn = this.#turn;
    if (turn === null) {
      if (this.#hasAgent) this.#after(this.#untilSilence(), () => this.#pauseThenSpeak());
      return;
    }
    if (turn.interrupts && turn.stoppedAt === null) turn.stoppedAt = voice.to;
    else turn.heard.push(voice);
    if (turn.spoken === null || turn.heard.length === 0) return;
    this.#after(voice.to + conversation.answerEndsMs - clock.now(), () => this.#ended());
  }

  spoken(voice: Voice): void {
    const turn = this.#turn;
    if (turn === null) return;
    turn.spoken = voice;
    const { clock, conversation } = this.#options;
    if (turn.heard.length > 0 && this.#heardFrom === null)
      this.#after(this.#lastVoiceAt + conversation.answerEndsMs - clock.now(), () => this.#ended());
    else if (this.#heardFrom === null || turn.interrupts)
      this.#after(voice.to + conversation.answerWithinMs - clock.now(), () => this.#ended());
    else this.#waitForSilence(this.#heardFrom);
  }

  /** Speak the next utterance, unless the agent speaks; then wait for its end. */
  #speak(): void {
    if (this.#heardFrom === null) this.#begin(false);
    else this.#waitForSilence(this.#heardFrom);
  }

  /** Speak although the agent may speak, too. */
  #begin(interrupts: boolean): void {
    const { conversation, speak } = this.#options;
    if (this.#turns >= (conversation.turns ?? Number.POSITIVE_INFINITY)) return;
    if (!speak(this.#turns)) {
      this.#after(Math.max(RETRY_MS, conversation.pauseMs), () => this.#speak());
      return;
    }
    this.#turns += 1;
    this.#turn = {
      number: this.#turns,
      interrupts,
      spoken: null,
      heard: [],
      stoppedAt: null,
    };
  }

  /** Give an agent that began to speak at `from` some time, and then speak all the same. */
  #waitForSilence(from: number): void {
    const { conversation, clock, emit } = this.#options;
    const patienceMs = PATIENCE * conversation.answerWithinMs;
    this.#after(from + patienceMs - clock.now(), () => {
      const now = clock.now();
      emit('warning', now, {
        reason: 'agent_never_silent',
        message: `the agent has spoken for ${patienceMs} ms without a pause`,
        hint: 'an agent that speaks all the time cannot be talked to: check its turn detection',
      });
      const turn = this.#turn;
      this.#turn = null;
      if (turn !== null) this.#emit(turn, [...turn.heard, { from, to: now }]);
      this.#begin(false);
    });
  }

  /** Speak while the agent answers: its answer to this turn ends here. */
  #interrupt(): void {
    const { clock } = this.#options;
    if (this.#heardFrom === null) return;
    const turn = this.#turn;
    if (turn !== null)
      this.#emit(turn, [...turn.heard, { from: this.#heardFrom, to: clock.now() }]);
    this.#turn = null;
    this.#begin(true);
  }

  #ended(): void {
    const turn = this.#turn;
    this.#turn = null;
    if (turn !== null) this.#emit(turn, turn.heard);
    this.#pauseThenSpeak();
  }

  #pauseThenSpeak(): void {
    const { clock, conversation } = this.#options;
    const quietMs = clock.now() - this.#lastVoiceAt;
    const left = Math.max(0, conversation.pauseMs - Math.max(0, quietMs));
    this.#after(left, () => this.#speak());
  }

  #emit(turn: OpenTurn, heard: readonly Voice[]): void {
    const { spoken } = turn;
    if (spoken === null) return;
    this.#options.emit('turn', spoken.to, { turn: resultOf(turn, spoken, heard) });
  }

  /** Check whether the turn after the current one interrupts: evenly spread over all turns. */
  #interruptsNext(share: number): boolean {
    const most = this.#options.conversation.turns ?? Number.POSITIVE_INFINITY;
    const next = this.#turns + 1;
    return next <= most && Math.floor(next * share) > Math.floor((next - 1) * share);
  }

  #untilSilence(): number {
    const { clock, conversation } = this.#options;
    return this.#lastVoiceAt + conversation.answerEndsMs - clock.now();
  }

  #after(ms: number, action: () => void): void {
    this.#clear();
    this.#cancel = this.#options.clock.after(Math.max(0, ms), () => {
      this.#cancel = null;
      action();
    });
  }

  #clear(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

/** Measurements of a turn. @param heard voice of the answer, in the order of time */
const resultOf = (
  { number, interrupts, stoppedAt }: OpenTurn,
  spoken: Voice,
  heard: readonly Voice[],
): TurnResult => {
  const [first, last] = [heard[0], heard.at(-1)];
  const gaps = heard.slice(1).map(({ from }, index) => from - (heard[index]?.to ?? from));
  const overlapMs = sum(
    heard.map(({ from, to }) => Math.max(0, Math.min(to, spoken.to) - Math.max(from, spoken.from))),
  );
  return {
    number,
    spokenMs: spoken.to - spoken.from,
    ...(first !== undefined && first.from > spoken.to && { responseMs: first.from - spoken.to }),
    ...(first !== undefined &&
      last !== undefined && {
        answerMs: last.to - first.from,
        gaps: gaps.length,
        gapMs: sum(gaps),
      }),
    ...(overlapMs > 0 && { overlapMs }),
    ...(interrupts && { interrupts }),
    ...(stoppedAt !== null && { bargeInMs: Math.max(0, stoppedAt - spoken.from) }),
  };
};
