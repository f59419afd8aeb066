/** End-to-end encryption of one participant by rtc-node. */
import type { E2EEOptions, KeyProvider, Room } from '@livekit/rtc-node';

/** Key of `keyMaterial`, with the material in base64. */
export interface RtcKey {
  material: string;
  derivation: 'pbkdf2' | 'hkdf';
  keyIndex: number;
}

/** Numbers of rtc-ffi-bindings' KeyDerivationFunction, which rtc-node does not export. */
const DERIVATIONS = { pbkdf2: 0, hkdf: 1 } as const;

const bytesOf = ({ material }: RtcKey): Uint8Array =>
  new Uint8Array(Buffer.from(material, 'base64'));

/** Encryption options with one key for all participants. */
export const encryptionOf = (key: RtcKey): E2EEOptions => ({
  keyProviderOptions: {
    sharedKey: bytesOf(key),
    // A frame that cannot be decrypted does not ratchet the key, as in livekit-client with a
    // shared key.
    ratchetWindowSize: 0,
    keyDerivationFunction: DERIVATIONS[key.derivation],
  },
});

/**
 * Use this key from now on. Frames of others are decrypted with the key of the index that they
 * name. Own tracks keep the index 0: rtc-node 1.1 requests another index from libwebrtc without
 * naming the track, which is refused.
 */
export const addKey = (room: Room, key: RtcKey): void => {
  const { e2eeManager } = room;
  if (e2eeManager === undefined) return;
  // rtc-node declares `keyProvider` private, and offers no other way to change the key.
  const provider = Reflect.get(e2eeManager, 'keyProvider') as KeyProvider;
  provider.setSharedKey(bytesOf(key), key.keyIndex);
};
