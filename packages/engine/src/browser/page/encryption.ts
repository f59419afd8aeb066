import { BaseKeyProvider, type E2EEOptions, importKey } from 'livekit-client';
import type { PageKey } from '../page-protocol.ts';

/**
 * Key provider with one key for all participants, like livekit-client's ExternalE2EEKeyProvider,
 * but with a key index.
 */
class SharedKey extends BaseKeyProvider {
  constructor() {
    super({ sharedKey: true, ratchetWindowSize: 0, failureTolerance: -1 });
  }

  set(key: CryptoKey, index: number): void {
    this.onSetEncryptionKey(key, undefined, index);
  }
}

const ALGORITHMS = { pbkdf2: 'PBKDF2', hkdf: 'HKDF' } as const;

/** End-to-end encryption of one Room. */
export interface Encryption {
  options: E2EEOptions;
  /** Use this key from now on, in both directions. Keys with other indices still decrypt. */
  use(key: PageKey): Promise<void>;
}

export const encryptionOf = async (first: PageKey): Promise<Encryption> => {
  const keyProvider = new SharedKey();
  const use = async ({ material, derivation, keyIndex }: PageKey): Promise<void> => {
    const bytes = Uint8Array.from(atob(material), (letter) => letter.charCodeAt(0));
    keyProvider.set(await importKey(bytes, ALGORITHMS[derivation], 'derive'), keyIndex);
  };
  await use(first);
  const program = URL.createObjectURL(new Blob([first.worker], { type: 'text/javascript' }));
  return { options: { keyProvider, worker: new Worker(program, { type: 'module' }) }, use };
};
