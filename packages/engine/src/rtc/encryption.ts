/** End-to-end encryption of one participant by rtc-node. */
import type { E2EEOptions, KeyProvider, Room } from '@livekit/rtc-node';

/** A key as `keyMaterial` has it; the material is base64. */
export interface RtcKey {
  material: string;
  derivation: 'pbkdf2' | 'hkdf';
  keyIndex: number;
}

/** As in rtc-ffi-bindings' KeyDerivationFunction, which rtc-node does not export. */
const DERIVATIONS = { pbkdf2: 0, hkdf: 1 } as const;

const bytesOf = ({ material }: RtcKey): Uint8Array =>
  new Uint8Array(Buffer.from(material, 'base64'));

/** One key for all participants. */
export const encryptionOf = (key: RtcKey): E2EEOptions => ({
  keyProviderOptions: {
    sharedKey: bytesOf(key),
    // As livekit-client with a shared key: what cannot be decrypted does not change the key.
    ratchetWindowSize: 0,
    keyDerivationFunction: DERIVATIONS[key.derivation],
  },
});

/**
 * From now on with this key. What others encrypt is decrypted with the key of the index that their frames name; own tracks have the index 0 for good, as rtc-node 1.1
 * asks libwebrtc for another index without the track, which is refused.
 */
export const addKey = (room: Room, key: RtcKey): void => {
  const { e2eeManager } = room;
  if (e2eeManager === undefined) return;
  // rtc-node declares it private, and has no other way to another key.
  const provider = Reflect.get(e2eeManager, 'keyProvider') as KeyProvider;
  provider.setSharedKey(bytesOf(key), key.keyIndex);
};
