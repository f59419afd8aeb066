import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Drill } from '@livekit-swarm/chaos/drill';
import { usageError } from '@livekit-swarm/settings';
import { readDrills } from '../chaos/drill-files.ts';
import { overrideDrill } from '../chaos/override-drill.ts';

/** A drill of a night, and the file that defines it. */
export interface NightDrill {
  name: string;
  file: string;
  /** SHA-256 of the file and of the scenario that it names, hexadecimal. */
  sha256: string;
  drill: Drill;
}

/**
 * Reads the drills of files and folders; of a folder, all YAML files that are directly in it.
 * @throws SwarmError `usage` for a folder without drills; `invalid_file` with every problem
 */
export const readNightDrills = (
  paths: readonly string[],
  repeats: string | undefined,
): NightDrill[] => {
  const files = [...new Map(paths.flatMap(filesOf).map((file) => [resolve(file), file])).values()];
  return readDrills(files).map((drill, index) => {
    const file = files[index] ?? '';
    const hash = createHash('sha256').update(readFileSync(file));
    // A drill is another one when the scenario file that it names was changed.
    if ('scenario' in drill.load) hash.update(JSON.stringify(drill.load.scenario));
    const sha256 = hash.digest('hex');
    const changes = repeats === undefined ? {} : { repeats };
    return { name: drill.name, file, sha256, drill: overrideDrill(drill, changes) };
  });
};

const filesOf = (path: string): string[] => {
  if (path === '-')
    throw usageError('a night reads files, not standard input', 'give a folder of drills');
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const files = readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && /\.ya?ml$/.test(entry.name))
    .map(({ name }) => join(path, name))
    .sort();
  if (files.length > 0) return files;
  throw usageError(
    `${path}: there is no drill in this folder (*.yaml)`,
    'give a folder of drills, for instance chaos/',
  );
};
