import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SwarmError } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Drill } from '../drill/drill.ts';
import { drillSchema } from '../drill/drill-schema.ts';
import { DRILL_RESULT_SCHEMA } from '../measure/drill-result.ts';

/** In the folder of a drill, beside its records: what was asked, and what has come of it so far. */
export const DRILL_FILE = 'drill.json';

/** What a drill's records do not say themselves. */
export interface KeptDrill {
  /** Where its records are. */
  dir: string;
  drill: Drill;
  target: string;
  startedAt: string;
}

/** The part of a drill's result document that is not derived from its records. */
const keptSchema = z.object({
  schema: z.literal(DRILL_RESULT_SCHEMA),
  drill: drillSchema,
  target: z.string(),
  startedAt: z.string(),
});

const HINT = 'give the folder that "swarm chaos run" named: records/TIME-DRILL';

/** @throws SwarmError when there is no such file, or it is none of a drill */
export const readKeptDrill = (dir: string): KeptDrill => {
  if (!existsSync(dir)) throw new SwarmError('no_drill', `${dir}: there is no such folder`, HINT);
  if (!statSync(dir).isDirectory()) throw new SwarmError('no_drill', `${dir}: is no folder`, HINT);
  const file = join(dir, DRILL_FILE);
  if (!existsSync(file)) {
    throw new SwarmError(
      'no_drill',
      `${dir}: there is no ${DRILL_FILE} in this folder`,
      `${HINT}; "swarm report" reads any record`,
    );
  }
  const { drill, target, startedAt } = parse(file);
  return { dir, drill, target, startedAt };
};

const parse = (file: string): z.output<typeof keptSchema> => {
  try {
    return keptSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const why =
      error instanceof z.ZodError
        ? whyOf(error)
        : error instanceof Error
          ? error.message
          : String(error);
    throw new SwarmError(
      'no_drill',
      `${file}: cannot be read as a drill: ${why}`,
      'was it written by another version of swarm?',
      {
        cause: error,
      },
    );
  }
};

const whyOf = ({ issues: [first] }: z.ZodError): string =>
  `${first?.path.join('.') ?? ''}: ${first?.message ?? ''}`;
