import { BaseKeyProvider, type E2EEOptions, importKey } from 'livekit-client';
import type { PageKey } from '../page-protocol.ts';

/** One key for all participants, as livekit-client's ExternalE2EEKeyProvider, but with an index. */
class SharedKey extends BaseKeyProvider {
  constructor() {
    super({ sharedKey: true, ratchetWindowSize: 0, failureTolerance: -1 });
  }

  set(key: CryptoKey, index: number): void {
    this.onSetEncryptionKey(key, undefined, index);
  }
}

const ALGORITHMS = { pbkdf2: 'PBKDF2', hkdf: 'HKDF' } as const;

/** What a Room needs to encrypt. */
export const encryptionOf = async ({
  material,
  derivation,
  keyIndex,
  worker,
}: PageKey): Promise<E2EEOptions> => {
  const bytes = Uint8Array.from(atob(material), (letter) => letter.charCodeAt(0));
  const keyProvider = new SharedKey();
  keyProvider.set(await importKey(bytes, ALGORITHMS[derivation], 'derive'), keyIndex);
  const program = URL.createObjectURL(new Blob([worker], { type: 'text/javascript' }));
  return { keyProvider, worker: new Worker(program, { type: 'module' }) };
};
