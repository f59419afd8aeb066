import type { RemoteAgent, RemoteTrack, RoomView } from '@livekit-swarm/livekit';
import type { Conversation } from '@livekit-swarm/scenario';
import { messageOf } from '@livekit-swarm/settings';
import type { Emit } from '../event-lines.ts';
import { TransferWatch } from './transfer-watch.ts';
import { answerOf, copiedAfterMs, type OpenTurn, resultOf } from './turn-result.ts';
import type { Mouth, Voice, VoicePart } from './voice-part.ts';

export interface CallerOptions extends Pick<Mouth, 'clock' | 'speak'> {
  conversation: Conversation;
  room: Pick<RoomView, 'remoteAgents'>;
  emit: Emit;
}

type Phase = 'agent_joined' | 'agent_published' | 'agent_ready';

/** Finding about the agents of a room, or the caller itself; a caller reports each once. */
type Finding =
  | 'agent_never_published'
  | 'agent_never_silent'
  | 'agent_greets'
  | 'agent_echoes'
  | 'several_agents'
  | 'caller_silent';

/** State of an agent that cannot speak yet. */
const INITIALIZING = 'initializing';

/** Longest wait for an agent that never is silent, as a multiple of the wait for an answer. */
const PATIENCE = 3;
/** Interval of attempts while the audio track is not published yet, ms. */
const RETRY_MS = 100;
/** Time after which a caller that still cannot speak is a finding, ms. */
const SPEAKS_WITHIN_MS = 10_000;

/**
 * Caller in a conversation with a voice agent: speaks an utterance, waits for the answer and its
 * end, and speaks again, or interrupts. Each turn is an event of the record.
 */
export class Caller implements VoicePart {
  readonly #options: CallerOptions;
  #cancel: (() => void) | null = null;
  /** Time of the join, Unix ms; null: it has not joined. */
  #joinedAt: number | null = null;
  /** False while the connection is lost, and after the end: nothing is spoken or measured then. */
  #isConnected = false;
  #hasAgent = false;
  #isLost = false;
  /** Phases of the agent's start, and findings about agents, that were reported. */
  readonly #reported = new Set<Phase | Finding>();
  /** Identities of the agents in the room. */
  #present: ReadonlySet<string> = new Set();
  /** Cancels the report that the agent publishes nothing. */
  #cancelWatch: (() => void) | null = null;
  #turn: OpenTurn | null = null;
  #turns = 0;
  #mostTurns: number;
  /** Time since which no attempt to speak succeeded, ms. */
  #silentSince: number | null = null;
  /** First voice of the agent that has not ended; null: it is silent. */
  #heardFrom: number | null = null;
  #lastVoiceAt = Number.NEGATIVE_INFINITY;
  /** Delay of the last voice that was like its utterance, ms; null: there was none. */
  #copiedAfterMs: number | null = null;
  /** Null: the caller talks with one agent. */
  readonly #transfer: TransferWatch | null;

  constructor(options: CallerOptions) {
    this.#options = options;
    const { clock, conversation, emit } = options;
    const { transfer, answerWithinMs } = conversation;
    this.#transfer =
      transfer === undefined
        ? null
        : new TransferWatch({
            ...{ clock, transfer, emit, withinMs: answerWithinMs },
            lastVoiceAt: () => (this.#heardFrom === null ? this.#lastVoiceAt : clock.now()),
            onDecided: (isThere) => this.#leaveHold(isThere),
          });
    this.#mostTurns = options.conversation.turns ?? Number.POSITIVE_INFINITY;
  }

  listensTo({ kind, ofAgent }: RemoteTrack): boolean {
    return kind === 'audio' && ofAgent;
  }

  connected(): void {
    const { clock, conversation, emit } = this.#options;
    this.#isConnected = true;
    if (this.#hasAgent) {
      this.#compareAgents(this.#options.room.remoteAgents);
      // The connection recovered: turns of that time are not measured.
      this.#after(conversation.pauseMs, () => this.#speak());
      return;
    }
    this.#joinedAt ??= clock.now();
    this.roomChanged();
    if (this.#hasAgent || this.#isLost) return;
    // A caller on hold does not wait for an agent yet.
    const waitMs = (conversation.agent?.afterMs ?? 0) + conversation.answerWithinMs;
    this.#after(this.#joinedAt + waitMs - clock.now(), () => {
      this.#isLost = true;
      emit('agent_lost', clock.now(), {
        reason: 'no_agent',
        message: `no voice agent joined the room within ${waitMs} ms`,
        hint: 'start a worker of this agent name, and dispatch it: swarm agents status shows workers and dispatches',
      });
    });
  }

  roomChanged(): void {
    const agents = this.#options.room.remoteAgents;
    if (!this.#isConnected) return;
    this.#compareAgents(agents);
    if (agents.length > 0) this.#checkAgents(agents);
  }

  /** Report agents that have come and gone since the last time. */
  #compareAgents(agents: readonly RemoteAgent[]): void {
    const { clock, emit } = this.#options;
    const now = new Set(agents.map(({ identity }) => identity));
    const before = this.#present;
    this.#present = now;
    for (const agent of before) if (!now.has(agent)) emit('agent_left', clock.now(), { agent });
    for (const agent of now) {
      if (before.has(agent)) continue;
      if (!this.#hasAgent) this.#agentJoined(agent);
      else emit('agent_added', clock.now(), { agent });
    }
  }

  #agentJoined(agent: string): void {
    const { clock, conversation } = this.#options;
    this.#hasAgent = true;
    this.#reach('agent_joined', agent);
    this.#cancelWatch = clock.after(conversation.answerWithinMs, () =>
      this.#find(
        'agent_never_published',
        `the agent has published no audio within ${conversation.answerWithinMs} ms of its join`,
        'see the log of its worker: it may wait for a model, or lack the permission to publish',
      ),
    );
    const isGreeted = conversation.opens === 'agent';
    this.#after(isGreeted ? conversation.answerWithinMs : conversation.pauseMs, () =>
      this.#speak(),
    );
  }

  #checkAgents(agents: readonly RemoteAgent[]): void {
    const speakers = agents.filter(({ hasAudio }) => hasAudio);
    if (speakers.length > 0) {
      this.#cancelWatch?.();
      this.#reach('agent_published');
    }
    if (speakers.some(({ state }) => state !== null && state !== INITIALIZING))
      this.#reach('agent_ready');
    this.#transfer?.agentsChanged(agents);
    // Both may be there while one hands the caller over.
    if (agents.length > 1 && this.#transfer === null)
      this.#find(
        'several_agents',
        `${agents.length} agents are in the room at once: ${agents.map(({ identity }) => identity).join(', ')}`,
        'each dispatch brings an agent, and so do workers without a name: swarm agents status shows them',
      );
  }

  /** Report a phase of the agent's start, once; not of an agent that was counted as lost. */
  #reach(phase: Phase, agent?: string): void {
    const { clock, emit } = this.#options;
    if (this.#reported.has(phase)) return;
    this.#reported.add(phase);
    const now = clock.now();
    if (!this.#isLost)
      emit(phase, now, {
        durationMs: now - (this.#joinedAt ?? now),
        ...(agent !== undefined && { agent }),
      });
    // One that was counted as lost has no time of its join.
    else if (agent !== undefined) emit('agent_added', now, { agent });
  }

  #find(reason: Finding, message: string, hint: string): void {
    const { clock, emit } = this.#options;
    if (this.#reported.has(reason)) return;
    this.#reported.add(reason);
    emit('warning', clock.now(), { reason, message, hint });
  }

  lost(): void {
    this.#isConnected = false;
    this.#silentSince = null;
    this.#cancelWatch?.();
    this.#transfer?.lost();
    this.#clear();
    this.#turn = null;
    this.#heardFrom = null;
  }

  voiceBegan(at: number): void {
    if (!this.#isConnected) return;
    this.#heardFrom = at;
    // Voice during an utterance is judged at its end.
    if (this.#turn === null || this.#turn.spoken !== null) this.#listen(at);
  }

  voiceEnded(voice: Voice): void {
    if (!this.#isConnected) return;
    this.#heardFrom = null;
    this.#lastVoiceAt = voice.to;
    const turn = this.#turn;
    if (turn === null) {
      if (this.#hasAgent) this.#after(this.#untilSilence(), () => this.#pauseThenSpeak());
      return;
    }
    if (turn.interrupts && turn.stoppedAt === null) turn.stoppedAt = voice.to;
    else turn.heard.push(voice);
    if (turn.spoken !== null) this.#awaitEnd(turn, turn.spoken);
  }

  spoken(voice: Voice): void {
    const turn = this.#turn;
    if (turn === null) return;
    turn.spoken = voice;
    const isInterrupted = turn.interrupts && turn.stoppedAt === null;
    if (this.#heardFrom === null || isInterrupted) this.#awaitEnd(turn, voice);
    else this.#listen(this.#heardFrom);
  }

  /** Wait for the end of an answer that has paused, or for the first voice of one. */
  #awaitEnd(turn: OpenTurn, spoken: Voice): void {
    const { clock, conversation } = this.#options;
    const isAnswered = answerOf(turn, spoken, turn.heard).length > 0;
    const ms = isAnswered
      ? this.#untilSilence()
      : spoken.to + conversation.answerWithinMs - clock.now();
    this.#after(ms, () => this.#ended());
  }

  /** Wait while the agent speaks, since `from`, and interrupt its answer if that is planned. */
  #listen(from: number): void {
    const { clock, conversation } = this.#options;
    const { bargeIn } = conversation;
    const turn = this.#turn;
    // The conversation has ended; the agent may speak on.
    if (turn === null && this.#turns >= this.#mostTurns) return;
    this.#waitForSilence(from);
    const spoken = turn?.spoken ?? null;
    if (turn === null || spoken === null || bargeIn === null) return;
    if (!this.#interruptsNext(bargeIn.share)) return;
    const answered = answerOf(turn, spoken, turn.heard)[0]?.from ?? from;
    const at = Math.max(answered, spoken.to) + bargeIn.afterMs;
    this.#after(at - clock.now(), () => this.#interrupt());
  }

  /** Speak the next utterance, unless the agent speaks; then wait for its end. */
  #speak(): void {
    if (this.#heardFrom === null) this.#begin(false);
    else this.#waitForSilence(this.#heardFrom);
  }

  /** Speak although the agent may speak, too. */
  #begin(interrupts: boolean): void {
    if (this.#turns >= this.#mostTurns || this.#transfer?.isOnHold === true) return;
    if (!this.#play()) return;
    this.#turns += 1;
    this.#turn = {
      number: this.#turns,
      agent: this.#transfer?.agent ?? null,
      interrupts,
      spoken: null,
      heard: [],
      stoppedAt: null,
      copiedBeforeMs: this.#copiedAfterMs,
    };
  }

  /** Play the next utterance. @returns false if it does not play; a later attempt may follow */
  #play(): boolean {
    const { clock, conversation, emit, speak } = this.#options;
    try {
      if (speak(this.#turns)) {
        this.#silentSince = null;
        return true;
      }
      this.#silentSince ??= clock.now();
      if (clock.now() - this.#silentSince >= SPEAKS_WITHIN_MS)
        this.#find(
          'caller_silent',
          `the caller could not speak for ${SPEAKS_WITHIN_MS / 1_000} s: its audio track is not published`,
          'see the log of its client; a token without the permission to publish has the same effect',
        );
      this.#after(Math.max(RETRY_MS, conversation.pauseMs), () => this.#speak());
    } catch (error) {
      this.#mostTurns = this.#turns;
      emit('warning', clock.now(), {
        reason: 'utterance_rejected',
        message: `the caller cannot speak: ${messageOf(error)}`,
        hint: 'its audio file needs speech that is louder than -45 dBov',
      });
    }
    return false;
  }

  /** Give an agent that began to speak at `from` some time, and then speak all the same. */
  #waitForSilence(from: number): void {
    const { conversation, clock } = this.#options;
    const patienceMs = PATIENCE * conversation.answerWithinMs;
    const since = Math.max(from, this.#turn?.spoken?.to ?? from);
    this.#after(since + patienceMs - clock.now(), () => {
      const now = clock.now();
      this.#find(
        'agent_never_silent',
        `the agent has spoken for ${patienceMs} ms without a pause`,
        'an agent that speaks all the time cannot be talked to: check its turn detection',
      );
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
    this.#copiedAfterMs = copiedAfterMs(spoken, heard) ?? this.#copiedAfterMs;
    if (this.#isGreeting(turn, spoken, heard)) {
      // The next turn shows whether it is an echo.
      if (turn.copiedBeforeMs !== null || this.#copiedAfterMs === null)
        this.#find(
          'agent_greets',
          'the agent began to speak before the caller had finished its first sentence',
          'write opens: agent for an agent that greets',
        );
      // The conversation begins with the next utterance.
      this.#turns = 0;
      return;
    }
    const result = resultOf(turn, spoken, heard);
    if (result.echoMs !== undefined)
      this.#find(
        'agent_echoes',
        `the agent sent the voice of the caller back after ${Math.round(result.echoMs)} ms`,
        'it publishes what it receives: check which track it plays, and the echo cancellation of a telephone behind it',
      );
    this.#options.emit('turn', spoken.to, { turn: result });
    if (result.answerMs !== undefined) this.#transfer?.answered();
  }

  /**
   * Check whether the agent spoke before the end of the first utterance, and after it: a greeting,
   * and not an answer. An agent that does so again answers early.
   */
  #isGreeting(turn: OpenTurn, spoken: Voice, heard: readonly Voice[]): boolean {
    const [first] = answerOf(turn, spoken, heard);
    if (first === undefined || turn.number > 1 || this.#reported.has('agent_greets')) return false;
    return this.#options.conversation.opens === 'caller' && first.from < spoken.to;
  }

  /** Speak to the next agent; without one the conversation has ended. */
  #leaveHold(isThere: boolean): void {
    if (isThere) this.#after(this.#options.conversation.pauseMs, () => this.#speak());
    else this.#mostTurns = this.#turns;
  }

  /** Check whether the turn after the current one interrupts: evenly spread over all turns. */
  #interruptsNext(share: number): boolean {
    const next = this.#turns + 1;
    // An interruption would be answered by an agent that leaves.
    if (this.#transfer?.isLastAnswer === true) return false;
    return next <= this.#mostTurns && Math.floor(next * share) > Math.floor((next - 1) * share);
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
