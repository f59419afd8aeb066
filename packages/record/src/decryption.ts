import { z } from 'zod';

const count = z.number();

/**
 * Results of the decryption of received frames with end-to-end encryption. All audio frames and data messages are decrypted; of video one frame a second, as it must be
 * assembled.
 */
export const decryptionSchema = z.object({
  decrypted: count,
  /** Encrypted with a key that the participant does not have, or damaged. */
  undecryptable: count,
  /** Decrypted frames with another key index than the one before. */
  keyChanges: count,
});

export type Decryption = z.infer<typeof decryptionSchema>;

export const addDecryption = (a: Decryption | undefined, b: Decryption): Decryption => ({
  decrypted: (a?.decrypted ?? 0) + b.decrypted,
  undecryptable: (a?.undecryptable ?? 0) + b.undecryptable,
  keyChanges: (a?.keyChanges ?? 0) + b.keyChanges,
});
