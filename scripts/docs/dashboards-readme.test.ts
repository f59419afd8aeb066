import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const COUNTS: Readonly<Record<number, string>> = { 9: 'Nine', 10: 'Ten', 11: 'Eleven' };

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('counts and describes each dashboard where they are listed', () => {
  const files = readdirSync(new URL('../../dashboards', import.meta.url)).filter((name) =>
    name.endsWith('.json'),
  );
  const page = read('dashboards/README.md');
  for (const file of files) expect(page).toContain(`| \`${file}\` |`);
  expect(page).toContain(`${COUNTS[files.length]} dashboards`);
  expect(read('README.md')).toContain(`[${files.length} Grafana dashboards]`);
});
