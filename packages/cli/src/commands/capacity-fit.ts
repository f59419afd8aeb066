import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CapacityResult,
  capacitySchema,
  fitCostModel,
  shapeOf,
} from '@livekit-swarm/analysis/capacity';
import { modelText } from '@livekit-swarm/report/capacity';
import { EXIT_CODES, type ExitCode, messageOf, usageError } from '@livekit-swarm/settings';
import { type Console, write } from '../console.ts';
import { writeWhole } from '../output/write-whole.ts';

export interface FitFlags {
  model?: string;
  json?: boolean;
}

/** `swarm capacity fit`: one cost model of several results. @throws SwarmError `usage` */
export const fitCommand = async (
  paths: readonly string[],
  flags: FitFlags,
  { stdout, stderr }: Console,
): Promise<ExitCode> => {
  const results = paths.map(readResult);
  const versions = [...new Set(results.map(({ target }) => target.serverVersion))];
  if (versions.length > 1)
    throw usageError(
      `the results are of several versions of livekit-server: ${versions.join(', ')}`,
      'fit one model for each',
    );
  const model = fitCostModel(merged(results), {
    serverVersion: versions[0] ?? null,
    cpu: results[0]?.model?.cpu ?? null,
  });
  if (model === null)
    throw usageError(
      'there are too few loads with CPU figures to fit a model',
      'run swarm capacity with server metrics: docs/server-metrics.md',
    );
  const file = flags.model ?? 'cost-model.json';
  const text = `${JSON.stringify(model, null, 2)}\n`;
  await writeWhole(file, text);
  await write(stdout, flags.json === true ? text : modelText(model));
  await write(stderr, `model: ${file}\n`);
  return EXIT_CODES.passed.code;
};

/** Several results of one scenario are one shape. */
const merged = (results: readonly CapacityResult[]) =>
  [...Map.groupBy(results.map(shapeOf), ({ scenario }) => scenario)].map(([scenario, shapes]) => ({
    scenario,
    points: shapes.flatMap(({ points }) => points),
  }));

/**
 * Reads a result of `swarm capacity`.
 * @param path its file, or the folder of its session
 * @throws SwarmError `usage`
 */
export const readResult = (path: string): CapacityResult => {
  const file = isFolder(path) ? join(path, 'capacity.json') : path;
  const parsed = capacitySchema.safeParse(readJson(file));
  if (parsed.success) return parsed.data;
  throw usageError(`${file}: not a result of swarm capacity`, 'give the folder of a session');
};

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** @throws SwarmError `usage` */
export const readJson = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw usageError(
      `${file}: cannot be read: ${messageOf(error)}`,
      'give the folder of swarm capacity, its capacity.json, or a cost-model.json',
    );
  }
};
