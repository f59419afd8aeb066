/**
 * Tests the variant `helm` and the runbooks with the objects of LiveKit's Helm chart, for several
 * release names.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { type Labels, namesOf, seriesOf } from '../src/config/names.ts';
import { readConfig, variantConfig } from '../src/config/read-config.ts';
import type { MixinConfig } from '../src/config/schema.ts';
import { outputs } from '../src/outputs.ts';
import { monitored } from './support/day/labels.ts';
import {
  type Chart,
  CONTAINER,
  createChart,
  findHelm,
  labelsOfRelease,
  nameOf,
  RELEASES,
  type Release,
} from './support/livekit-chart.ts';

await skipWithout('promtool');

const run = promisify(execFile);
const RULES = 'livekit-swarm.rules.yaml';
const WATCHED = ['LiveKitTargetMissing', 'LiveKitNodeDown'];
const NAMESPACE = 'media';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-livekit-chart-'));
});
afterAll(() => rm(dir, { recursive: true }));

/** Alerts that fire after half an hour with these targets and the rules of a configuration. */
const firing = async (
  config: MixinConfig,
  up: Readonly<Record<string, string>>,
): Promise<string> => {
  await writeFile(join(dir, RULES), outputs(namesOf(config), null)[`alerts/${RULES}`] ?? '');
  const file = join(dir, 'names.test.yaml');
  const test = {
    rule_files: [RULES],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(up).map(([series, values]) => ({ series, values })),
        // The test expects no alert, so promtool prints those that fire.
        alert_rule_test: WATCHED.map((alertname) => ({
          eval_time: '30m',
          alertname,
          exp_alerts: [],
        })),
      },
    ],
  };
  await writeFile(file, stringify(test));
  const result = await run('promtool', ['test', 'rules', file]).then(
    ({ stdout }) => stdout,
    (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
  );
  expect(result).toMatch(/SUCCESS|FAILED/);
  return WATCHED.filter((name) => result.includes(`alertname: ${name},`)).join();
};

const up = (labels: Labels): string => seriesOf('up', labels);

const podOf = (release: Release, index: number): Labels =>
  monitored(
    { service: nameOf(release), container: CONTAINER, namespace: NAMESPACE },
    `${nameOf(release)}-5d9c-${index}`,
    `10.1.0.${index}:6789`,
  );

describe.each(RELEASES)(
  'LiveKit by its chart, $release $nameOverride $fullnameOverride',
  (release) => {
    const helm = variantConfig('helm');

    it('is found by the rules of the variant, and missed when it is gone', async () => {
      const healthy = Object.fromEntries(
        [1, 2, 3].map((index) => [up(podOf(release, index)), '1x40']),
      );
      expect(await firing(helm, healthy)).toBe('');
      expect(await firing(helm, { ...healthy, [up(podOf(release, 1))]: '1x5 0x40' })).toBe(
        'LiveKitNodeDown',
      );
      const other = up(
        monitored(
          { service: 'web', container: 'web', namespace: NAMESPACE },
          'web-1',
          '10.1.0.7:80',
        ),
      );
      expect(await firing(helm, { [other]: '1x40' })).toBe('LiveKitTargetMissing');
    });
  },
);

it('the other job name of a PodMonitor is matched as well', async () => {
  const pod = {
    ...podOf({ release: 'livekit' }, 1),
    job: 'media/livekit-server',
    endpoint: 'http',
  };
  expect(await firing(variantConfig('helm'), { [up(pod)]: '1x40' })).toBe('');
});

describe('a job by a regular expression, with more labels to keep (Google Managed Prometheus)', () => {
  const text = `jobs: { livekit: '{job=~".*livekit-server.*"}', haproxy: null }
labels: { cluster: cluster, node: pod, keep: [location, namespace] }`;
  const { config } = readConfig(null, { text, file: 'mixin.yaml' });
  const target = (index: number, location: string, job = 'prod-livekit-server-eu'): Labels => ({
    cluster: 'eu',
    location,
    namespace: NAMESPACE,
    job,
    pod: `sfu-${location}-${index}`,
    instance: `sfu-${location}-${index}:metrics`,
  });

  it('finds the nodes, and keeps locations apart', async () => {
    const nodes = [1, 2, 3].flatMap((index) =>
      ['a', 'b'].map((location) => target(index, location)),
    );
    const healthy = Object.fromEntries(nodes.map((labels) => [up(labels), '1x40']));
    expect(await firing(config, healthy)).toBe('');
    expect(await firing(config, { ...healthy, [up(target(1, 'a'))]: '0x40' })).toBe(
      'LiveKitNodeDown',
    );
    expect(await firing(config, { [up(target(1, 'a', 'egress'))]: '1x40' })).toBe(
      'LiveKitTargetMissing',
    );
  });
});

it('examples/kubernetes/pod-monitor.yaml scrapes the pods of the chart with a password', () => {
  const text = readFileSync(
    new URL('../../../examples/kubernetes/pod-monitor.yaml', import.meta.url),
    'utf8',
  );
  const [secret, monitor] = parseAllDocuments(text).map((document): unknown => document.toJS());
  const key = z.strictObject({ name: z.string(), key: z.string() });
  const { spec } = z
    .strictObject({
      apiVersion: z.literal('monitoring.coreos.com/v1'),
      kind: z.literal('PodMonitor'),
      metadata: z.strictObject({ name: z.string(), labels: z.record(z.string(), z.string()) }),
      spec: z.strictObject({
        selector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
        podMetricsEndpoints: z.array(
          z.strictObject({
            port: z.string(),
            path: z.string(),
            interval: z.string(),
            basicAuth: z.strictObject({ username: key, password: key }),
            relabelings: z.array(
              z.strictObject({
                sourceLabels: z.array(z.string()),
                targetLabel: z.string(),
                replacement: z.string(),
              }),
            ),
          }),
        ),
      }),
    })
    .parse(monitor);
  expect(labelsOfRelease({ release: 'livekit' })).toMatchObject(spec.selector.matchLabels);
  const [endpoint] = spec.podMetricsEndpoints;
  // With `prometheus:`, the chart declares no metrics port.
  expect(endpoint?.port).toBe('http');
  expect(endpoint?.relabelings).toEqual([
    {
      sourceLabels: ['__meta_kubernetes_pod_ip'],
      targetLabel: '__address__',
      replacement: '$1:6789',
    },
  ]);
  expect(secret).toMatchObject({
    kind: 'Secret',
    metadata: { name: endpoint?.basicAuth.password.name },
    stringData: { username: expect.any(String), password: expect.any(String) },
  });
});

const helm = await findHelm();
describe.skipIf(helm === null)(
  'Helm itself ("npm run test:kubernetes" builds the pinned one)',
  () => {
    let chart: Chart;
    beforeAll(async () => {
      chart = await createChart(helm ?? '');
    });
    afterAll(() => chart[Symbol.asyncDispose]());

    it.each(RELEASES)(
      'gives $release $nameOverride $fullnameOverride these names',
      async (release) => {
        const name = nameOf(release);
        const rendered = await chart.render(release);
        expect(rendered.objects).toEqual(
          expect.arrayContaining([`Deployment/${name}`, `Service/${name}`]),
        );
        expect(rendered.containers).toEqual([CONTAINER]);
        expect(rendered.podLabels).toMatchObject(labelsOfRelease(release));
        expect(rendered.serviceSelector).toEqual(labelsOfRelease(release));
      },
    );
  },
);
