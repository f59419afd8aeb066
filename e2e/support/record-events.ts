import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Number of participants that have joined, according to a record that is being written. */
export const joinsIn = (dir: string): number => {
  const file = join(dir, 'record.ndjson');
  return existsSync(file) ? readFileSync(file, 'utf8').split('"event":"joined"').length - 1 : 0;
};
