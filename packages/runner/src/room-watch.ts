import type { EventLine } from '@livekit-swarm/record';

/** Watch over the agents of a caller's room, as of an application that dispatches again. */
export class RoomWatch {
  readonly #againMs: number;
  readonly #dispatch: () => void;
  #agents = 0;
  /** True while the room has lost its agent. */
  #isWithout = false;
  #timer: NodeJS.Timeout | null = null;

  /** @param dispatch is called `againMs` after the last agent has left, and again until one is there */
  constructor(againMs: number, dispatch: () => void) {
    this.#againMs = againMs;
    this.#dispatch = dispatch;
  }

  /** Take an event of the caller. */
  take(event: EventLine['event']): void {
    switch (event) {
      case 'agent_joined':
      case 'agent_added':
        this.#agents += 1;
        this.#isWithout = false;
        this.stop();
        break;
      case 'agent_left':
        this.#agents = Math.max(0, this.#agents - 1);
        this.#lose();
        break;
      case 'agent_lost':
        this.#lose();
        break;
      case 'rejoined':
        if (this.#isWithout) this.#start();
        break;
      // No caller waits for an agent any more.
      case 'disconnected':
      case 'left':
        this.stop();
        break;
      default:
    }
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #lose(): void {
    if (this.#agents > 0) return;
    this.#isWithout = true;
    this.#start();
  }

  #start(): void {
    this.#timer ??= setInterval(this.#dispatch, this.#againMs).unref();
  }
}
