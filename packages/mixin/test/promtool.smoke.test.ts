import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';

await skipWithout('promtool');

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
