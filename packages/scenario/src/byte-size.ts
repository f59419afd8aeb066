import { hinted, NUMBER, quote, reading, usageError } from '@livekit-swarm/settings';
import { z } from 'zod';
import { decimal } from './language/write/texts.ts';

const BYTES: Record<string, number> = { '': 1, k: 1e3, m: 1e6 };
const BYTE_SIZE = new RegExp(`^\\s*(${NUMBER})\\s*([kKmM]?)B\\s*$`);
const HINT = 'write 100B, 15kB or 1MB';

/** Schema of a size: `15kB` → bytes, from `least` to `most` bytes. */
export const byteSize = (least: number, most: number) =>
  z
    .string({ error: hinted('must be a size', HINT) })
    .transform(
      reading((text) => {
        const [, number, prefix = ''] = BYTE_SIZE.exec(text) ?? [];
        if (number === undefined) throw usageError(`${quote(text)} is not a size`, HINT);
        const bytes = Math.round(Number(number) * (BYTES[prefix.toLowerCase()] ?? 1));
        if (bytes < least || bytes > most)
          throw usageError(
            `${quote(text)} must be from ${byteSizeText(least)} to ${byteSizeText(most)}`,
          );
        return bytes;
      }),
    )
    .meta({ pattern: `^\\s*${NUMBER}\\s*[kKmM]?B\\s*$`, samples: ['100B', '15kB', '1MB'] });

/** Text that `byteSize` reads back. */
export const byteSizeText = (bytes: number): string => {
  for (const [prefix, factor] of [
    ['M', 1e6],
    ['k', 1e3],
  ] as const)
    if (bytes >= factor && bytes % (factor / 10) === 0)
      return `${decimal(bytes / factor)}${prefix}B`;
  return `${bytes}B`;
};
