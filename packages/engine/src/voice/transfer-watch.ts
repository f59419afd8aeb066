import type { Clock, RemoteAgent } from '@livekit-swarm/livekit';
import type { Transfer } from '@livekit-swarm/scenario';
import type { Emit } from '../event-lines.ts';

export interface TransferWatchOptions {
  clock: Clock;
  transfer: Transfer;
  /** Longest wait for the next agent, ms. */
  withinMs: number;
  emit: Emit;
  /** Last voice of the agents, Unix ms: now while one speaks. */
  lastVoiceAt(): number;
  /** Continue: the next agent is there, or is lost. */
  onDecided(isThere: boolean): void;
}

/**
 * Transfer of a caller to another agent: counts the answers of the first one, and waits for the
 * next one to publish audio. The agents decide when they leave.
 */
export class TransferWatch {
  readonly #options: TransferWatchOptions;
  /** Identities of agents that published audio before any voice was heard, or first. */
  readonly #first = new Set<string>();
  #answers = 0;
  #state: 'before' | 'waits' | 'transferred' | 'lost' | 'unmeasured' = 'before';
  #cancel: (() => void) | null = null;

  constructor(options: TransferWatchOptions) {
    this.#options = options;
  }

  /** Number of the agent that the caller speaks to, from 1. */
  get agent(): number {
    return this.#state === 'transferred' || this.#state === 'unmeasured' ? 2 : 1;
  }

  /** True if the caller waits on hold. */
  get isOnHold(): boolean {
    return this.#state === 'waits';
  }

  /** True if the answer that comes next is the last one of the first agent. */
  get isLastAnswer(): boolean {
    return this.#state === 'before' && this.#answers + 1 >= this.#options.transfer.after;
  }

  /** Note an answer. The last one of the first agent puts the caller on hold. */
  answered(): void {
    if (this.#state !== 'before') return;
    this.#answers += 1;
    const { clock, transfer, withinMs, lastVoiceAt } = this.#options;
    if (this.#answers < transfer.after) return;
    this.#state = 'waits';
    const left = lastVoiceAt() + withinMs - clock.now();
    this.#cancel = clock.after(Math.max(0, left), () => this.#lose());
  }

  agentsChanged(agents: readonly RemoteAgent[]): void {
    // The next one may come before the end of the last answer is noticed.
    if (this.#state !== 'before' && this.#state !== 'waits') return;
    const { clock, emit, lastVoiceAt, onDecided } = this.#options;
    const speakers = agents.filter(({ hasAudio }) => hasAudio);
    if (this.#first.size === 0 || lastVoiceAt() === Number.NEGATIVE_INFINITY)
      for (const { identity } of speakers) this.#first.add(identity);
    if (speakers.every(({ identity }) => this.#first.has(identity))) return;
    const wasOnHold = this.isOnHold;
    this.#stop();
    this.#state = 'transferred';
    const now = clock.now();
    emit('agent_transferred', now, { durationMs: Math.max(0, now - lastVoiceAt()) });
    if (wasOnHold) onDecided(true);
  }

  /** Note that the connection was lost, or has ended: a wait is not measured. */
  lost(): void {
    this.#stop();
    if (this.isOnHold) this.#state = 'unmeasured';
  }

  #stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #lose(): void {
    const { clock, transfer, withinMs, emit, onDecided } = this.#options;
    this.#cancel = null;
    this.#state = 'lost';
    emit('agent_transfer_lost', clock.now(), {
      reason: 'no_next_agent',
      message: `no agent took the caller over within ${withinMs} ms of the last answer`,
      hint: `start a worker of the agent ${transfer.to}; the first agent dispatches it`,
    });
    onDecided(false);
  }
}
