import { expect, it } from 'vitest';
import { DEFAULT_LISTEN } from '../../packages/exporter/src/config/settings.ts';
import { WELL_KNOWN_PORTS } from '../../packages/verify/src/facts/open-services.ts';
import { readPage } from './testing/markdown-pages.ts';

const page = readPage('docs/ports.md');

it('names the ports that swarm verify tries, and no other', () => {
  const [, section = ''] = /## Closed to users\n([\s\S]*?)\n## /.exec(page) ?? [];
  const named = [...section.matchAll(/\b\d{4,5}\b/g)].map(([port]) => Number(port));
  expect(new Set(named)).toEqual(new Set(WELL_KNOWN_PORTS));
});

it('names the port of the exporter', () => {
  expect(page).toContain(`| ${DEFAULT_LISTEN.slice(1)}/tcp`);
});
