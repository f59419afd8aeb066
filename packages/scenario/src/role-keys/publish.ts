import { usageError } from '@livekit-swarm/settings';
import type { Kind } from '../track-plan.ts';

const ALLOWED = 'write audio, video, audio,video or none';

/**
 * Reads what each participant publishes: `audio`, `video`, `audio,video`, `none`.
 * @throws SwarmError `usage`
 */
export const parsePublish = (text: string): Kind[] => {
  const words = text.split(',').map((word) => word.trim());
  if (words.length === 1 && words[0] === 'none') return [];
  for (const word of words) {
    if (word === 'none') throw usageError('"none" cannot be combined with a track', ALLOWED);
    if (word !== 'audio' && word !== 'video')
      throw usageError(`"${word}" cannot be published`, ALLOWED);
  }
  const kinds: Kind[] = ['audio', 'video'];
  return kinds.filter((kind) => words.includes(kind));
};
