/** Tests the jsonnet mixin in go-jsonnet, which mixtool and jsonnet-bundler use. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { namesOf } from '../src/config/names.ts';
import { variantConfig } from '../src/config/read-config.ts';
import { VARIANTS } from '../src/config/schema.ts';
import { outputs } from '../src/outputs.ts';
import { DASHBOARDS } from '../src/rule.ts';
import { writeFiles } from '../src/write-files.ts';

await skipWithout('go');

const GO_JSONNET = 'github.com/google/go-jsonnet/cmd/jsonnet@v0.21.0';
const run = promisify(execFile);
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-jsonnet-'));
  await run('go', ['install', GO_JSONNET], { env: { ...process.env, GOBIN: dir } });
}, 600_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

const COUNT = `
local mixin = import 'mixin.libsonnet';
local rules(groups) = std.flatMap(function(group) group.rules, groups);
{
  alerts: std.length(rules(mixin.prometheusAlerts.groups)),
  recordings: std.length(rules(mixin.prometheusRules.groups)),
  mixed: [rule for rule in rules(mixin.prometheusAlerts.groups) if !std.objectHas(rule, 'alert')],
  dashboards: std.objectFields(mixin.grafanaDashboards),
}`;

it.each(VARIANTS)('%s: has the alerts, recordings and dashboards of the files', async (variant) => {
  const folder = join(dir, variant);
  const files = outputs(namesOf(variantConfig(variant)), null);
  await writeFiles(folder, files);
  await writeFile(join(folder, 'count.jsonnet'), COUNT);
  const { stdout } = await run(join(dir, 'jsonnet'), [join(folder, 'count.jsonnet')]);
  const rules = files['alerts/livekit-swarm.rules.yaml'] ?? '';
  expect(JSON.parse(stdout)).toEqual({
    alerts: rules.match(/^ +- alert: /gm)?.length,
    recordings: rules.match(/^ +- record: /gm)?.length,
    mixed: [],
    dashboards: Object.values(DASHBOARDS)
      .map((uid) => `${uid}.json`)
      .toSorted(),
  });
});

it('takes labels for every alert, and leaves alerts out', async () => {
  const folder = join(dir, 'overrides');
  await writeFiles(folder, outputs(namesOf(variantConfig('default')), null));
  const overrides = `
local mixin = (import 'mixin.libsonnet') + {
  _config+:: { alertLabels: { team: 'voice' }, disabledAlerts: ['Watchdog'] },
};
[rule for group in mixin.prometheusAlerts.groups for rule in group.rules]`;
  await writeFile(join(folder, 'overrides.jsonnet'), overrides);
  const { stdout } = await run(join(dir, 'jsonnet'), [join(folder, 'overrides.jsonnet')]);
  const rules = JSON.parse(stdout) as { alert: string; labels: Record<string, string> }[];
  expect(rules.length).toBeGreaterThan(20);
  for (const { labels } of rules)
    expect(labels).toMatchObject({ team: 'voice', severity: expect.any(String) });
  expect(rules.map(({ alert }) => alert)).not.toContain('Watchdog');
});
