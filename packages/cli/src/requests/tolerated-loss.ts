import type { ToleratedLoss } from '@livekit-swarm/campaign';
import { usageError } from '@livekit-swarm/settings';

/** Reads `--tolerate-lost`: participants that may be lost with their process or host. @throws SwarmError `usage` */
export const readToleratedLoss = (text: string | undefined): ToleratedLoss | null => {
  if (text === undefined) return null;
  const [, digits, percent] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim()) ?? [];
  const value = Number(digits);
  if (percent === '%' && value > 0 && value < 100) return { type: 'share', share: value / 100 };
  if (percent === '' && Number.isInteger(value) && value > 0)
    return { type: 'count', count: value };
  throw usageError(
    `--tolerate-lost ${text}: must be a share above 0 % and below 100 %, or a number of participants`,
    'write 1% or 50',
  );
};
