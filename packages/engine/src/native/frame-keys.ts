import { deriveFrameKey, type E2eeSecret } from '@livekit-swarm/livekit';
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

  of(secret: E2eeSecret): FrameKeyHandle {
    const id = JSON.stringify(secret);
    const known = this.#rings.get(id);
    if (known !== undefined) return known;
    const { keyIndex } = secret;
    const key = deriveFrameKey(secret);
    const handle = { keyRing: this.#pump.addKeyRing([{ index: keyIndex, key }]), keyIndex };
    this.#rings.set(id, handle);
    return handle;
  }
}
