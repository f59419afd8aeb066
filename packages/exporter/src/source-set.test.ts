import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { logTo } from './log/log.ts';
import { createExporterSelf } from './self/exporter-self.ts';
import type { Source } from './source.ts';
import { SourceSet } from './source-set.ts';

const log = logTo(() => {});

it('stops replaced sources with the others, also while a request needs them', async () => {
  const stopped: string[] = [];
  const sourceOf = (id: string): Source => ({
    name: 'probes',
    registry: new Registry(),
    start: async () => {},
    stop: async () => void stopped.push(id),
  });
  const self = createExporterSelf({ version: '1.2.3', revision: 'abc', log, timeoutMs: 1_000 });
  const set = new SourceSet(self, log, () => true);
  set.prepare({ tokens: [], sources: () => [sourceOf('old')] });
  await set.start();
  const never = new Promise<unknown>(() => {});
  await set.replace({ tokens: [], sources: () => [sourceOf('new')] }, () => never);
  expect(stopped).toEqual([]);
  await set.stop();
  expect(stopped.toSorted()).toEqual(['new', 'old']);
});
