import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDrill } from '@livekit-swarm/chaos/drill';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { readScenarioFile } from '@livekit-swarm/scenario';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { COMPONENT_KINDS } from '../../packages/chaos/src/targets/platform.ts';
import { markdownPages, readPage } from './testing/markdown-pages.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const page = readFileSync(join(DOCS, 'drill-file.md'), 'utf8');
const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = '']): [string] => [
  text,
]);

/** Complete drill into which an example of one part is inserted. */
const REST = { drill: 'example', faults: [{ fault: 'kill', target: 'room-node', for: '10s' }] };

describe('docs/drill-file.md', () => {
  it('contains examples', () => {
    expect(blocks.length).toBeGreaterThan(8);
  });

  it.each(blocks)('has a valid example:\n%s', (text) => {
    const whole = text.includes('drill: ')
      ? text
      : stringify({ ...REST, ...(parse(text) as object) });
    const readScenario = (path: string, scale: string | undefined) =>
      readScenarioFile(join(DOCS, path), { scale }).scenario;
    const options = { file: 'example.yaml', faults: FAULTS, readScenario };
    expect(() => parseDrill(whole, options)).not.toThrow();
  });

  const [, rows = ''] =
    /^\| target \| meaning \|\n\| --- \| --- \|\n((?:\|.*\n)+)/m.exec(page) ?? [];
  const targets = rows
    .split('\n')
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)])
    .map(([, target = '']): [string] => [target]);
  it.each(targets)('names the target %s as drills do', (target) => {
    const text = `drill: example\nlab: { agentWorkers: {} }\nfaults: [{ fault: hang, target: ${target}, for: 2s }]\n`;
    expect(() => parseDrill(text, { file: 'example.yaml', faults: FAULTS })).not.toThrow();
  });

  it('names at least as many targets as there are kinds of components', () => {
    expect(targets.length).toBeGreaterThan(COMPONENT_KINDS.length);
  });
});

it('all pages name the kinds of components as targets do', () => {
  const lists = markdownPages().flatMap((name) => [
    ...readPage(name).matchAll(/node`, `redis`(?:, `[\w-]+`)+ or `([\w-]+)`/g),
  ]);
  expect(lists.length).toBeGreaterThan(3);
  for (const [list] of lists) expect(list.match(/[\w-]+(?=`)/g)).toEqual([...COMPONENT_KINDS]);
});
