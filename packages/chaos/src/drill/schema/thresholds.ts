import { readThreshold } from '@livekit-swarm/metrics';
import { say } from '@livekit-swarm/settings';
import { z } from 'zod';

const expression = z.string({ error: say('must be an expression', 'write p(95)<200') });

/** What must hold of one metric: a list, or one thing alone. */
const expressions = z
  .union([z.array(expression), expression], {
    error: say('must be expressions', 'write a list of them: [p(95)<200]'),
  })
  .meta({ id: 'expressions', samples: [['p(95)<200'], ['rate<0.01']] });

/** One threshold of the file: where it stands, and what it says in the form of `parseThreshold`. */
export interface WrittenThreshold {
  path: (string | number)[];
  text: string;
}

/** As in scenarios, without aborting: a drill has conditions of its own for that. */
export const thresholds = z
  .record(z.string(), expressions, {
    error: say('must be a mapping of metrics', 'write media_latency@recovery: [p(95)<200]'),
  })
  .transform((given, context): WrittenThreshold[] => {
    const written = Object.entries(given).flatMap(([key, value]) =>
      typeof value === 'string'
        ? [{ path: [key], text: `${key}: ${value}` }]
        : value.map((one, index) => ({ path: [key, index], text: `${key}: ${one}` })),
    );
    for (const { path, text } of written) {
      const problem = problemOf(text);
      if (problem !== null) context.addIssue({ code: 'custom', path, message: problem });
    }
    return written;
  });

const problemOf = (text: string): string | null => {
  const { threshold, problem } = readThreshold(text);
  if (problem !== null) return say(problem.message, problem.hint);
  if (threshold.abortOnFail === null) return null;
  return say(
    'a drill is not ended by a threshold',
    'leave abortOnFail out; a drill ends by its own abort: { controlDeaf: 50%, for: 10s }',
  );
};
