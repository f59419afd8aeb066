import { quote, usageError } from '@livekit-swarm/settings';
import type { Resolution } from './track-plan.ts';

/** Sizes of resolutions, 16:9, lowest first. */
export const RESOLUTIONS: Record<Resolution, { width: number; height: number }> = {
  '180p': { width: 320, height: 180 },
  '360p': { width: 640, height: 360 },
  '540p': { width: 960, height: 540 },
  '720p': { width: 1280, height: 720 },
  '1080p': { width: 1920, height: 1080 },
};

const isResolution = (text: string): text is Resolution => Object.hasOwn(RESOLUTIONS, text);

/**
 * Read `180p`, `360p`, `540p`, `720p` or `1080p`; `720` and `1280x720` mean the same as `720p`.
 * @throws SwarmError `usage`
 */
export const parseResolution = (text: string): Resolution => {
  const word = text.trim().toLowerCase();
  const bySize = Object.entries(RESOLUTIONS).find(
    ([, size]) => word === `${size.width}x${size.height}`,
  );
  const name = bySize?.[0] ?? (/^\d+$/.test(word) ? `${word}p` : word);
  if (isResolution(name)) return name;
  throw usageError(
    `${quote(text)} is not an available resolution`,
    `write ${Object.keys(RESOLUTIONS).join(', ')}`,
  );
};
