/**
 * Runs the promtool tests of every variant, with its names, and of a configuration with other
 * limits.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { namesOf } from '../src/config/names.ts';
import { readConfig } from '../src/config/read-config.ts';
import { VARIANTS } from '../src/config/schema.ts';
import { outputs } from '../src/outputs.ts';
import { writeFiles } from '../src/write-files.ts';

await skipWithout('promtool', 'amtool');

const run = promisify(execFile);
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-variants-'));
});
afterAll(() => rm(dir, { recursive: true }));

it.each(VARIANTS)(
  '%s: every alert is inactive first, and then fires with its labels',
  async (name) => {
    const folder = join(dir, name);
    await writeFiles(folder, outputs(namesOf(readConfig(name, null).config), null));
    const tests = ['rules', 'slow-rules'].map((kind) =>
      join(folder, 'alerts/tests', `livekit-swarm.${kind}.test.yaml`),
    );
    const { stdout } = await run('promtool', ['test', 'rules', ...tests]);
    expect(stdout.match(/SUCCESS/g)).toHaveLength(2);
    await run('amtool', ['check-config', join(folder, 'alerts/alertmanager.example.yaml')]);
  },
  180_000,
);

it('jobs by matchers, with further labels: every alert fires with its labels', async () => {
  const text = `jobs: { livekit: '{job=~".*livekit-server.*"}', redis: '{container="redis-exporter"}', haproxy: null }
labels: { node: pod, keep: [location, namespace] }`;
  const { config } = readConfig(null, { text, file: 'mixin.yaml' });
  await writeFiles(join(dir, 'matchers'), outputs(namesOf(config), null));
  const tests = join(dir, 'matchers/alerts/tests/livekit-swarm.rules.test.yaml');
  expect(await readFile(tests, 'utf8')).toContain('location="of-location"');
  const { stdout } = await run('promtool', ['test', 'rules', tests]);
  expect(stdout).toContain('SUCCESS');
}, 180_000);

it('promtool accepts the rules with other names and limits', async () => {
  const text = 'jobs: { livekit: calls }\nlabels: { node: host }\nlimits: { loss: 3% }';
  const { config } = readConfig('compose', { text, file: 'mixin.yaml' });
  await writeFiles(join(dir, 'own'), outputs(namesOf(config), null));
  const rules = join(dir, 'own/alerts/livekit-swarm.rules.yaml');
  const { stdout } = await run('promtool', ['check', 'rules', rules]);
  expect(stdout).toContain('SUCCESS');
});
