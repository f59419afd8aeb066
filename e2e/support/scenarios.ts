import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes a scenario file of one group, with audio publishers by default; returns its path. */
export const scenarioFile = (dir: string, name: string, group: string, more = ''): string => {
  const path = join(dir, `${name}.yaml`);
  writeFileSync(
    path,
    `scenario: ${name}\ngroups:\n  rooms:\n${indent(`${group}\nroles: { talker: { count: 2, publish: audio } }`, 4)}\n${more}\n`,
  );
  return path;
};

const indent = (text: string, by: number): string => text.replace(/^/gm, ' '.repeat(by));

/** Thresholds that no failed join and no missing track may cross. */
export const STRICT = `thresholds:
  join_failures: [rate==0]
  missing_tracks: [rate==0]
  disconnects: [rate==0]
`;
