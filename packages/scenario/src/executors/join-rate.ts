import { NUMBER, positive, say } from '@livekit-swarm/settings';
import { z } from 'zod';
import { LIMITS } from '../load-spec.ts';

/** `50/s`, or 50 alone → a second. */
export const joinRate = () => {
  const problem = say(
    `must be joins a second, above 0 and at most ${LIMITS.joinRate}`,
    'write 50/s',
  );
  return z
    .union(
      [
        positive(LIMITS.joinRate, ' a second'),
        z
          .string()
          .regex(new RegExp(`^\\s*${NUMBER}\\s*/\\s*s\\s*$`), { error: problem })
          .transform((text) => Number.parseFloat(text))
          .pipe(positive(LIMITS.joinRate, ' a second')),
      ],
      { error: problem },
    )
    .meta({ samples: ['50/s'] });
};
