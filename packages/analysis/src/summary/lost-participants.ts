import type { HeaderLine, ParticipantLine } from '@livekit-swarm/record';

/**
 * Results of participants whose worker died or whose host was lost. While their number is within
 * the tolerance of the run, they count nowhere: from the loss on they are inactive, and the server
 * is not the cause.
 */
export class LostParticipants {
  #tolerated = 0;
  #exceeded = false;
  readonly #setAside: ParticipantLine[] = [];

  begin({ toleratedLost = 0 }: HeaderLine): void {
    this.#tolerated = toleratedLost;
  }

  /**
   * Adds a result.
   * @returns results that count now: this one; none if it is set aside; all results set aside if
   * this one exceeds the tolerance
   */
  add(line: ParticipantLine): ParticipantLine[] {
    if (line.outcome !== 'process_died' || this.#tolerated === 0 || this.#exceeded) return [line];
    this.#setAside.push(line);
    if (this.#setAside.length <= this.#tolerated) return [];
    this.#exceeded = true;
    return this.#setAside.splice(0);
  }

  /** Results that count nowhere. */
  get setAside(): readonly ParticipantLine[] {
    return this.#setAside;
  }

  /** Returns true if the losses so far are tolerated. */
  get tolerates(): boolean {
    return this.#tolerated > 0 && !this.#exceeded;
  }
}
