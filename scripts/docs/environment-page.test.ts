import { globSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readPage, root } from './testing/markdown-pages.ts';

/** Pattern of names that are composed of a prefix and a name, or examples in texts. */
const NOT_ONE = /^SWARM_(NAME|EXPORTER_NAME|EXPORTER|PROMETHEUS_RW|PROMETHEUS_RW_\w+|TALLY)$/;
/** Variables that set flags. */
const BY_FLAG =
  /^SWARM_(JOIN_RATE|THRESHOLD|ROOMS|SCALE|EXPORTER_LISTEN|URL|API_KEY|API_SECRET|CA|REPORT|QUEUE|JSON|SIMULCAST|SIGNALLING|QUIET|SERVER|ROOM|ROOM_PREFIX|EXPORTER_TOKEN_FILE|EXPORTER_CA)$/;

it('has every variable that the code reads', () => {
  const page = readPage('docs/environment.md');
  const code = globSync('packages/*/src/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readPage(file))
    .join('\n');
  const read = new Set(
    [...code.matchAll(/\bSWARM_[A-Z0-9]+(?:_[A-Z0-9]+)*\b/g)].map(([name]) => name),
  );
  expect(read.size).toBeGreaterThan(15);
  const undocumented = [...read].filter(
    (name) => !NOT_ONE.test(name) && !BY_FLAG.test(name) && !page.includes(`\`${name}\``),
  );
  expect(undocumented).toEqual([]);
});
