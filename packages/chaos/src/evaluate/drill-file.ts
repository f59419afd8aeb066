import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SwarmError } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Drill } from '../drill/drill.ts';
import { drillSchema } from '../drill/drill.ts';
import { DRILL_RESULT_SCHEMA } from '../measure/drill-result.ts';

/** In the folder of a drill, next to its records: the definition of the drill and the result so far. */
export const DRILL_FILE = 'drill.json';

/** The part of a drill that its records do not contain. */
export interface StoredDrill {
  /** Folder of the drill and its records. */
  dir: string;
  drill: Drill;
  deployment: string;
  startedAt: string;
}

/** The part of a drill's result document that is not derived from its records. */
const storedSchema = z.object({
  schema: z.literal(DRILL_RESULT_SCHEMA),
  drill: drillSchema,
  deployment: z.string(),
  startedAt: z.string(),
});

const HINT = 'give the folder that "swarm chaos run" printed: records/TIME-DRILL';

/** @throws SwarmError `drill_not_found` when the folder has no readable drill.json */
export const readStoredDrill = (dir: string): StoredDrill => {
  if (!existsSync(dir)) throw new SwarmError('drill_not_found', `${dir}: folder not found`, HINT);
  if (!statSync(dir).isDirectory())
    throw new SwarmError('drill_not_found', `${dir}: is not a folder`, HINT);
  const file = join(dir, DRILL_FILE);
  if (!existsSync(file)) {
    throw new SwarmError(
      'drill_not_found',
      `${dir}: no ${DRILL_FILE} in this folder`,
      `${HINT}; "swarm report" reads any record`,
    );
  }
  const { drill, deployment, startedAt } = parse(file);
  return { dir, drill, deployment, startedAt };
};

const parse = (file: string): z.output<typeof storedSchema> => {
  try {
    return storedSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const why =
      error instanceof z.ZodError
        ? whyOf(error)
        : error instanceof Error
          ? error.message
          : String(error);
    throw new SwarmError(
      'drill_not_found',
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
