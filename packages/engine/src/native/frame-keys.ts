import { deriveFrameKey, type E2eeSecret, laterKey } from '@livekit-swarm/livekit';
import type { KeyChange } from '@livekit-swarm/scenario';
import type { Pump } from '@livekit-swarm/webrtc';

/** A key of the pump that frames are encrypted with. */
export interface FrameKeyHandle {
  keyRing: number;
  keyIndex: number;
}

/** The keys of one pump: each secret is derived once, however many participants use it. */
export class FrameKeys {
  readonly #pump: Pick<Pump, 'addKeyRing'>;
  readonly #rings = new Map<string, FrameKeyHandle>();

  constructor(pump: Pick<Pump, 'addKeyRing'>) {
    this.#pump = pump;
  }

  /**
   * The key after it changed `number` times. The ring also has the one before, with which others still encrypt that do not have the new one yet; a ratcheted key takes
   * the place of the one before.
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
