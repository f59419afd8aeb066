import { readThreshold } from '@livekit-swarm/metrics';
import { customIssue, hinted } from '@livekit-swarm/settings';
import { z } from 'zod';

const expression = z.string({ error: hinted('must be an expression', 'write p(95)<200') });

/** Conditions on one metric: a list, or a single one. */
const expressions = z
  .union([z.array(expression), expression], {
    error: hinted('must be expressions', 'write a list of them: [p(95)<200]'),
  })
  .meta({ id: 'expressions', samples: [['p(95)<200'], ['rate<0.01']] });

/** One threshold of the file: its position, and its text in the form of `parseThreshold`. */
export interface WrittenThreshold {
  path: (string | number)[];
  text: string;
}

/** As in scenarios, but without abortOnFail: a drill has its own abort condition. */
export const thresholds = z
  .record(z.string(), expressions, {
    error: hinted('must be a mapping of metrics', 'write media_latency@recovery: [p(95)<200]'),
  })
  .transform((given, context): WrittenThreshold[] => {
    const written = Object.entries(given).flatMap(([key, value]) =>
      typeof value === 'string'
        ? [{ path: [key], text: `${key}: ${value}` }]
        : value.map((one, index) => ({ path: [key, index], text: `${key}: ${one}` })),
    );
    for (const { path, text } of written) {
      const problem = problemOf(text);
      if (problem !== null) context.addIssue(customIssue(path, problem.message, problem.hint));
    }
    return written;
  });

const problemOf = (text: string): { message: string; hint: string | null } | null => {
  const { threshold, problem } = readThreshold(text);
  if (problem !== null) return problem;
  if (threshold.abortOnFail === null) return null;
  return {
    message: 'a threshold cannot end a drill',
    hint: 'leave abortOnFail out; write abort: { controlGroupInterrupted: 50%, for: 10s }',
  };
};
