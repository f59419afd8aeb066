import { readFileSync } from 'node:fs';
import {
  executorNames,
  formatScenario,
  parseScenario,
  readScenario,
} from '@livekit-swarm/scenario';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

const read = (name: string): string =>
  readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8');
const executors = read('scenario-executors');
const blocks = ['scenario-language', 'scenario-executors', 'scenario-roles', 'scenario-behaviour']
  .flatMap((name) => [...read(name).matchAll(/^```yaml\n([\s\S]*?)^```/gm)])
  .map(([, text = '']): [string] => [text]);

/** Complete scenario into which an example of one part is inserted. */
const REST = {
  scenario: 'example',
  groups: {
    meetings: {
      executor: 'constant-rooms',
      rooms: 3,
      duration: '3m',
      roles: { speaker: { count: 2, publish: ['audio', 'video'] }, viewer: { count: 3 } },
    },
  },
  windows: [{ name: 'peak', from: '30s', to: '60s' }],
};

describe('docs/scenario-*.md', () => {
  it('contains examples', () => {
    expect(blocks.length).toBeGreaterThan(8);
  });

  it.each(blocks)('has a valid example:\n%s', (text) => {
    const whole = text.includes('scenario: ')
      ? text
      : stringify({ ...REST, ...(parse(text) as object) });
    const { scenario } = readScenario(whole, { file: 'example.yaml' });
    expect(parseScenario(formatScenario(scenario), { file: 'written.yaml' })).toEqual(scenario);
  });

  it.each(executorNames())('has a table of the keys of %s, and states its timing', (executor) => {
    expect(executors).toContain(`\n## ${executor}\n`);
    const timing = executors.split('\n## Exact timing\n')[1]?.split('\n## ')[0];
    expect(timing).toMatch(new RegExp(`^- .*\`${executor}\``, 'm'));
  });
});
