import { resolve } from 'node:path';
import {
  duration,
  formatDuration,
  hinted,
  reading,
  strict,
  text,
  usageError,
  yesOrNo,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { SESSIONS_DEFAULTS, type SessionsOptions } from './sessions-options.ts';

const SIZE = /^\s*(\d+(?:\.\d+)?)\s*(MiB|GiB)\s*$/;
const UNITS: Record<string, number> = { MiB: 2 ** 20, GiB: 2 ** 30 };
const LEAST = 2 ** 20;
const MOST = 1_024 * 2 ** 30;
const SIZE_HINT = 'write a number and MiB or GiB: 500MiB, 1GiB';

/** Schema of a size such as `1GiB`, which becomes bytes. */
const size = () =>
  z
    .string({ error: hinted('must be a size', SIZE_HINT) })
    .transform(
      reading((given) => {
        const [, number, unit = ''] = SIZE.exec(given) ?? [];
        const bytes = Math.floor(Number(number) * (UNITS[unit] ?? Number.NaN));
        if (!(bytes >= LEAST && bytes <= MOST))
          throw usageError(`"${given}" is not a size from 1MiB to 1024GiB`, SIZE_HINT);
        return bytes;
      }),
    )
    .meta({ pattern: SIZE.source, samples: ['1GiB', '500MiB'] });

/** Schema of the section `sessions` of the configuration file. */
export const sessionsSection = () =>
  strict({
    enabled: yesOrNo().optional(),
    file: text(4_096, 'a path').describe(
      'The journal (SQLite), relative to this file; created if missing, in a folder that exists. It holds identities: personal data.',
    ),
    retention: duration(60_000)
      .optional()
      .describe(
        `Older rows are deleted. Default: ${formatDuration(SESSIONS_DEFAULTS.retentionMs)}.`,
      ),
    maxSize: size()
      .optional()
      .describe('Largest size of the file: the oldest rows are deleted first. Default: 1GiB.'),
  });

export type SessionsSection = z.output<ReturnType<typeof sessionsSection>>;

/**
 * Options of the source.
 * @param dir folder of the configuration file
 */
export const sessionsOptions = (
  { file, retention, maxSize }: SessionsSection,
  dir: string,
): SessionsOptions => ({
  file: resolve(dir, file),
  retentionMs: retention ?? SESSIONS_DEFAULTS.retentionMs,
  maxBytes: maxSize ?? SESSIONS_DEFAULTS.maxBytes,
});
