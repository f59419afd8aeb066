import { z } from 'zod';

const count = z.number();

/**
 * Results of decrypting received frames with end-to-end encryption. All audio frames and data
 * messages are decrypted, but only one video frame per second, because video must be assembled
 * first.
 */
export const decryptionSchema = z.object({
  decrypted: count,
  /** Frames encrypted with a key that the participant does not have, or damaged. */
  undecryptable: count,
  /** Decrypted frames whose key index differs from that of the frame before. */
  keyChanges: count,
});

export type Decryption = z.infer<typeof decryptionSchema>;

export const addDecryption = (a: Decryption | undefined, b: Decryption): Decryption => ({
  decrypted: (a?.decrypted ?? 0) + b.decrypted,
  undecryptable: (a?.undecryptable ?? 0) + b.undecryptable,
  keyChanges: (a?.keyChanges ?? 0) + b.keyChanges,
});
