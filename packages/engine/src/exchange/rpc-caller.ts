/** Calls of a participant. Runs in pages of browsers, too. */
import type { Rpc } from '@livekit-swarm/scenario';
import type { RpcResult } from './exchange-result.ts';
import { randomText } from './random-text.ts';
import { Rounds } from './rounds.ts';

export interface RpcCallerOptions {
  rpc: Pick<Rpc, 'everyMs' | 'payloadBytes' | 'method' | 'timeoutMs'>;
  /** Returns the identities of those in the room that are to be called. */
  callees(): readonly string[];
  /** Makes a call; its error has a `code` if it is one of LiveKit's RPC. */
  call(to: string, method: string, payload: string, timeoutMs: number): Promise<string>;
  onResult(result: RpcResult): void;
}

/**
 * Caller of a method: one call at each interval, whether or not those before were answered, to one
 * participant after the other.
 */
export class RpcCaller {
  readonly #options: RpcCallerOptions;
  readonly #payload: string;
  readonly #rounds: Rounds;
  #calls = 0;
  #hasEnded = false;

  constructor(options: RpcCallerOptions) {
    this.#options = options;
    this.#payload = randomText(options.rpc.payloadBytes);
    this.#rounds = new Rounds({
      everyMs: options.rpc.everyMs,
      peers: options.callees,
      act: (callees) => this.#callNext(callees),
    });
  }

  /** Begin to call. */
  start(): void {
    this.#rounds.start();
  }

  /** Note that participants joined or left. */
  look(): void {
    this.#rounds.look();
  }

  /** Make no more calls. Those that wait for their answers still have results. */
  stop(): void {
    this.#rounds.stop();
  }

  /** Make no more calls, and report no more results: the participant leaves. */
  end(): void {
    this.#hasEnded = true;
    this.stop();
  }

  #callNext(callees: readonly string[]): void {
    const { rpc, call } = this.#options;
    const to = callees[this.#calls % callees.length];
    if (to === undefined) return;
    this.#calls++;
    const startedAt = performance.now();
    call(to, rpc.method, this.#payload, rpc.timeoutMs).then(
      (answer) => {
        const isEcho = answer === this.#payload;
        this.#report({ ms: isEcho ? performance.now() - startedAt : null, code: 0 });
      },
      (error: unknown) => this.#report({ ms: null, code: codeOf(error) }),
    );
  }

  #report(result: RpcResult): void {
    if (!this.#hasEnded) this.#options.onResult(result);
  }
}

const codeOf = (error: unknown): number =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number'
    ? error.code
    : 0;
