import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskReason, makeFolder, RunError } from '@livekit-swarm/host';
import { z } from 'zod';
import { ChaosError } from '../chaos-error.ts';
import type { Drill } from '../drill/drill.ts';
import type { DrillResult } from '../measure/drill-result.ts';
import { documentSchema } from '../report/json/document-schema.ts';
import { renderDrillJson } from '../report/json/render-json.ts';

/** In the folder of a drill, beside its records: what was asked, and what has come of it so far. */
export const DRILL_FILE = 'drill.json';

/** Writes it, whole or not at all. @throws RunError when it cannot be written */
export const keepDrill = (dir: string, result: DrillResult): void => {
  const file = join(dir, DRILL_FILE);
  try {
    makeFolder(dir);
    const unfinished = join(dir, `.${DRILL_FILE}.${process.pid}`);
    writeFileSync(unfinished, renderDrillJson([result]));
    renameSync(unfinished, file);
  } catch (error) {
    const hint = 'make room, or give another --record';
    throw new RunError('record', `${file}: cannot be written: ${diskReason(error)}`, hint, {
      cause: error,
    });
  }
};

/** What a drill's records do not say themselves. */
export interface KeptDrill {
  /** Where its records are. */
  dir: string;
  drill: Drill;
  target: string;
  startedAt: string;
}

const keptSchema = documentSchema.pick({
  schema: true,
  drill: true,
  target: true,
  startedAt: true,
});

const HINT = 'give the folder that "swarm chaos run" named: records/TIME-DRILL';

/** @throws ChaosError when there is no such file, or it is none of a drill */
export const readKeptDrill = (dir: string): KeptDrill => {
  if (!existsSync(dir)) throw new ChaosError('no-drill', `${dir}: there is no such folder`, HINT);
  if (!statSync(dir).isDirectory()) throw new ChaosError('no-drill', `${dir}: is no folder`, HINT);
  const file = join(dir, DRILL_FILE);
  if (!existsSync(file)) {
    throw new ChaosError(
      'no-drill',
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
    throw new ChaosError(
      'no-drill',
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
