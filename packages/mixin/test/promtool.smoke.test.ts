import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { outputs } from '../src/outputs.ts';
import { SHIPPED } from '../src/shipped.ts';

await skipWithout('promtool', 'amtool');

const run = promisify(execFile);
const at = (path: string): string =>
  fileURLToPath(new URL(`../../../alerts/${path}`, import.meta.url));

it('promtool accepts the rules', async () => {
  const { stdout } = await run('promtool', ['check', 'rules', at('livekit-swarm.rules.yaml')]);
  expect(stdout).toContain('SUCCESS');
});

it.each(['tests/livekit-swarm.rules.test.yaml', 'tests/livekit-swarm.slow-rules.test.yaml'])(
  'every alert is inactive first, and then fires as expected: %s',
  async (tests) => {
    const { stdout } = await run('promtool', ['test', 'rules', at(tests)]);
    expect(stdout).toContain('SUCCESS');
  },
);

it('amtool accepts the example for Alertmanager', async () => {
  const { stdout } = await run('amtool', ['check-config', at('alertmanager.example.yaml')]);
  expect(stdout).toContain('SUCCESS');
});

it.each([
  ['participants', { participants: 337, scenario: 'voice-ai' }, 1],
  ['participants and rooms', { participants: 337, rooms: 110, scenario: 'voice-ai' }, 2],
])(
  'the rules with a measured capacity in %s have the alert on it, which fires as expected',
  async (_, capacity, count) => {
    const dir = await mkdtemp(join(tmpdir(), 'swarm-capacity-rules-'));
    try {
      const written = outputs(SHIPPED, capacity);
      await mkdir(join(dir, 'tests'));
      await writeFile(
        join(dir, 'livekit-swarm.rules.yaml'),
        written['alerts/livekit-swarm.rules.yaml'] ?? '',
      );
      const all = parse(written['alerts/tests/livekit-swarm.rules.test.yaml'] ?? '') as {
        tests: { name: string }[];
      };
      const own = all.tests.filter(({ name }) => name === 'LiveKitCapacityHigh');
      expect(own).toHaveLength(count);
      const tests = join(dir, 'tests', 'capacity.test.yaml');
      await writeFile(tests, stringify({ ...all, tests: own }));
      const { stdout } = await run('promtool', ['test', 'rules', tests]);
      expect(stdout).toContain('SUCCESS');
    } finally {
      await rm(dir, { recursive: true });
    }
  },
);
