import type { E2eeSecret } from '@livekit-swarm/livekit';
import { keyAt, type ParticipantPlan } from '@livekit-swarm/scenario';
import type { Clips, PublishedTrack } from './clips.ts';
import type { FrameKeyHandle, FrameKeys } from './frame-keys.ts';

/** Keys and clips that the participants of a pump share. */
export interface SharedKeys {
  keys: FrameKeys;
  clips: Clips;
  /** Number of participants that encrypt with each key ring. */
  users: Map<number, number>;
}

/** Keys of one participant, as they change. */
export class ParticipantKeys {
  readonly #shared: SharedKeys;
  readonly #e2ee: ParticipantPlan['e2ee'];
  readonly #secret: E2eeSecret | undefined;
  /** Current key; null: no end-to-end encryption. */
  current: FrameKeyHandle | null;

  /** @param secret secret at the start of the run */
  constructor(
    shared: SharedKeys,
    { e2ee, joinAtMs }: Pick<ParticipantPlan, 'e2ee' | 'joinAtMs'>,
    secret: E2eeSecret | undefined,
  ) {
    this.#shared = shared;
    this.#e2ee = e2ee;
    this.#secret = secret;
    const change = e2ee?.keyChange;
    this.current = this.#key(change === undefined ? 0 : keyAt(change, joinAtMs));
    this.#count(1);
  }

  /**
   * Encrypt the tracks with the key of this number.
   * @returns null: the participant does not encrypt
   */
  change(number: number, tracks: readonly PublishedTrack[]): FrameKeyHandle | null {
    const { clips, users } = this.#shared;
    const before = this.current;
    const key = this.#key(number);
    if (key === null || before === null) return null;
    for (const track of tracks) Object.assign(track, clips.rekey(track, key));
    this.#count(-1);
    this.current = key;
    this.#count(1);
    if (users.get(before.keyRing) === 0) clips.release(before.keyRing);
    return key;
  }

  /**
   * Release the key of a participant that left. Clips of a key that never changes are kept for
   * later rooms.
   */
  left(): void {
    this.#count(-1);
    const { clips, users } = this.#shared;
    const ring = this.current?.keyRing;
    if (ring !== undefined && this.#e2ee?.keyChange !== undefined && users.get(ring) === 0)
      clips.release(ring);
  }

  #key(number: number): FrameKeyHandle | null {
    if (this.#secret === undefined) return null;
    return this.#shared.keys.of(this.#secret, this.#e2ee?.keyChange?.by, number);
  }

  #count(by: 1 | -1): void {
    if (this.current === null) return;
    const { users } = this.#shared;
    const { keyRing } = this.current;
    users.set(keyRing, (users.get(keyRing) ?? 0) + by);
  }
}
