import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('docs/stack.md names the versions that docker-compose.yml pins', () => {
  // `${REDIS_IMAGE:-valkey/valkey:9.0.8-alpine}`. The image of this project is made of its sources,
  // and no test has run that of Grafana: neither has a row.
  const pinned = [...read('docker-compose.yml').matchAll(/:-([\w./-]+):v?([\d.]+)/g)]
    .filter(([, image = '']) => !/livekit-swarm|grafana/.test(image))
    .map(([, image = '', version = '']) => ({ image, version }));
  expect(pinned.length).toBeGreaterThan(6);
  const table = read('docs/stack.md').split('| part | in the test | in the file |')[1] ?? '';
  expect(pinned.filter(({ version }) => !table.includes(version))).toEqual([]);
});
