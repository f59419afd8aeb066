import { deriveFrameKey, type E2eeSecret, laterKey } from '@livekit-swarm/livekit';
import type { KeyChange } from '@livekit-swarm/scenario';
import type { Pump } from '@livekit-swarm/webrtc';

/** Key of the pump that encrypts frames. */
export interface FrameKeyHandle {
  keyRing: number;
  keyIndex: number;
}

/** Keys of one pump: each secret is derived once for all participants. */
export class FrameKeys {
  readonly #pump: Pick<Pump, 'addKeyRing'>;
  readonly #rings = new Map<string, FrameKeyHandle>();

  constructor(pump: Pick<Pump, 'addKeyRing'>) {
    this.#pump = pump;
  }

  /**
   * Key after `number` changes. The ring also contains the previous key, because participants
   * without the new one still encrypt with it; a ratcheted key replaces the previous one.
   */
  of(secret: E2eeSecret, by: KeyChange['by'] = 'new-key', number = 0): FrameKeyHandle {
    const id = JSON.stringify([secret, by, number]);
    const known = this.#rings.get(id);
    if (known !== undefined) return known;
    const now = laterKey(secret, by, number);
    const before = by === 'new-key' && number > 0 ? [laterKey(secret, by, number - 1)] : [];
    const keys = [...before, now].map((one) => ({ index: one.keyIndex, key: deriveFrameKey(one) }));
    const handle = { keyRing: this.#pump.addKeyRing(keys), keyIndex: now.keyIndex };
    this.#rings.set(id, handle);
    return handle;
  }
}
