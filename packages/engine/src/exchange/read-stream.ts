import type { StreamCheck } from './stream-check.ts';

/** Read a stream of an SDK to its end. */
export const readStream = async (
  reader: AsyncIterable<Uint8Array | string>,
  check: StreamCheck,
): Promise<void> => {
  const encoder = new TextEncoder();
  try {
    for await (const chunk of reader)
      check.chunk(typeof chunk === 'string' ? encoder.encode(chunk) : chunk);
    await check.end(true);
  } catch {
    // The SDK reports that something is missing.
    await check.end(false);
  }
};
