import type { HeaderLine, ParticipantLine } from '@livekit-swarm/record';

/**
 * Results of participants whose worker died or whose host was lost. As long as they are no more than the run tolerates they count nowhere: from the
 * loss on they produce nothing, which the server did not cause.
 */
export class LostParticipants {
  #tolerated = 0;
  #exceeded = false;
  readonly #setAside: ParticipantLine[] = [];

  begin({ toleratedLost = 0 }: HeaderLine): void {
    this.#tolerated = toleratedLost;
  }

  /** @returns the results that count now: this one; none, when it is set aside; all that were, when this is one too many */
  add(line: ParticipantLine): ParticipantLine[] {
    if (line.outcome !== 'worker_died' || this.#tolerated === 0 || this.#exceeded) return [line];
    this.#setAside.push(line);
    if (this.#setAside.length <= this.#tolerated) return [];
    this.#exceeded = true;
    return this.#setAside.splice(0);
  }

  /** Those that count nowhere. */
  get setAside(): readonly ParticipantLine[] {
    return this.#setAside;
  }

  /** Whether losses so far are tolerated. */
  get tolerates(): boolean {
    return this.#tolerated > 0 && !this.#exceeded;
  }
}
