import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

it('docs/track-record.md names drills that exist', () => {
  const page = readFileSync(new URL('docs/track-record.md', root), 'utf8');
  const figures = page.split('## Figures')[1]?.split('## ')[0] ?? '';
  const drills = [...figures.matchAll(/^\| ([a-z0-9-]+)[^|]*\| \d/gm)].map(
    ([, name = '']) => `chaos/${name}.yaml`,
  );
  const commands = [...page.matchAll(/chaos\/[a-z0-9-]+\.yaml/g)].map(([file]) => file);
  expect(drills.length).toBeGreaterThan(20);
  expect([...drills, ...commands].filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
});
