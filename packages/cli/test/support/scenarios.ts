import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes a scenario file of one group, with talkers unless said otherwise; returns its path. */
export const scenarioFile = (dir: string, name: string, group: string, more = ''): string => {
  const path = join(dir, `${name}.yaml`);
  writeFileSync(
    path,
    `scenario: ${name}\ngroups:\n  rooms:\n${indent(`${group}\nroles: { talker: { count: 2, publish: audio } }`, 4)}\n${more}\n`,
  );
  return path;
};

const indent = (text: string, by: number): string => text.replace(/^/gm, ' '.repeat(by));

/** What keeps a small run from passing for no reason of its own: nobody may fail, nobody may be missed. */
export const STRICT = `thresholds:
  join_failures: [rate==0]
  missing_tracks: [rate==0]
  disconnects: [rate==0]
`;
