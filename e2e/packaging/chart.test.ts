/** The Helm chart without a cluster: what Helm makes of it. `npm run test:kubernetes` installs it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkSources, isFound } from '@livekit-swarm/lab';
import { HELM } from '@livekit-swarm/testkit/kubernetes/helm';
import { execa } from 'execa';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { buildChart } from '../../scripts/release/build-chart.ts';
import { readNames } from '../../scripts/release/names.ts';
import { ROOT } from '../support/stack-images.ts';
import { scratch } from '../support/swarm.ts';

interface KubernetesObject {
  kind: string;
  metadata: { name: string };
  spec: Record<string, unknown>;
  data?: Record<string, string>;
  stringData?: Record<string, string>;
}

interface PodSpec {
  automountServiceAccountToken: boolean;
  securityContext: object;
  containers: {
    image: string;
    args?: string[];
    env?: object[];
    volumeMounts?: object[];
    securityContext: object;
  }[];
}

const helm = (await checkSources(HELM)).find(isFound)?.path ?? null;
const EVERYTHING = [
  ...['exporter.enabled=true', 'exporter.existingSecret=livekit', 'serviceMonitor.enabled=true'],
  ...['prometheusRule.enabled=true', 'dashboards.enabled=true', 'hosts.labels={region=eu}'],
].flatMap((value) => ['--set', value]);

let chart: string;
beforeAll(async () => {
  chart = await buildChart(join(ROOT, '.cache', 'chart'));
});
beforeEach(({ skip }) =>
  skip(helm === null, 'no helm: "npm run test:kubernetes" builds the pinned one'),
);

const run = (...args: string[]) => execa(helm ?? '', args, { reject: false, cwd: scratch() });

const render = async (...flags: string[]): Promise<KubernetesObject[]> => {
  const { stdout, stderr, failed } = await run('template', 'load', chart, ...flags);
  expect(failed, stderr).toBe(false);
  return parseAllDocuments(stdout)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
};

const podsOf = (objects: readonly KubernetesObject[]): PodSpec[] =>
  objects
    .filter(({ kind }) => kind === 'Deployment')
    .map(({ spec }) => (spec.template as { spec: PodSpec }).spec);

describe('the Helm chart', () => {
  it.each([[[]], [EVERYTHING]])('has no problem that Helm finds, with %j', async (flags) => {
    const { stdout, failed } = await run('lint', '--strict', chart, ...flags);
    expect(failed, stdout).toBe(false);
  });

  it('has the version of the program', async () => {
    const { version } = JSON.parse(
      readFileSync(join(ROOT, 'packages', 'cli', 'package.json'), 'utf8'),
    ) as { version: string };
    const description = parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8')) as object;
    expect(description).toMatchObject({ version, appVersion: version });
    const [host] = podsOf(await render()).filter(({ containers }) => containers[0]?.args);
    expect(host?.containers[0]?.image).toBe(`${readNames().image}:${version}`);
  });

  it('gives every pod the rights that Kubernetes calls restricted, and nothing to write to', async () => {
    const pods = podsOf(await render(...EVERYTHING));
    expect(pods).toHaveLength(3);
    for (const pod of pods) {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: expect.any(Number),
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { securityContext } of pod.containers)
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
    }
  });

  it('has the rules and dashboards as they are shipped', async () => {
    const objects = await render(...EVERYTHING);
    const rules = readFileSync(join(ROOT, 'alerts', 'livekit-swarm.rules.yaml'), 'utf8');
    expect(objects.find(({ kind }) => kind === 'PrometheusRule')?.spec).toEqual(parse(rules));
    const dashboards = readdirSync(join(ROOT, 'dashboards')).filter((name) =>
      name.endsWith('.json'),
    );
    const rendered = Object.assign(
      {},
      ...objects.filter(({ kind }) => kind === 'ConfigMap').map(({ data }) => data),
    ) as Record<string, string>;
    expect(Object.keys(rendered).toSorted()).toEqual(dashboards.toSorted());
    for (const name of dashboards)
      expect(rendered[name]).toBe(readFileSync(join(ROOT, 'dashboards', name), 'utf8'));
  });

  it('starts no Redis where a queue is named, and lets nothing connect to hosts', async () => {
    const objects = await render('--set', 'queue.existingSecret=mine');
    expect(objects.map(({ kind }) => kind).toSorted()).toEqual([
      'Deployment',
      'NetworkPolicy',
      'ServiceAccount',
    ]);
    const policy = objects.find(({ kind }) => kind === 'NetworkPolicy');
    expect(policy?.spec).toMatchObject({ policyTypes: ['Ingress'] });
    expect(policy?.spec.ingress).toBeUndefined();
    expect(JSON.stringify(objects)).toContain('"name":"mine","key":"url"');
  });

  it('makes a password and a key of the fleet, as texts, which stay when it is removed', async () => {
    const secret = (await render()).find(({ kind }) => kind === 'Secret');
    expect(secret).toMatchObject({
      metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } },
      stringData: { password: expect.stringMatching(/^\w{32}$/), url: expect.any(String) },
    });
    const { url, password, 'fleet-key': key = '' } = secret?.stringData ?? {};
    expect(url).toContain(`:${password}@`);
    expect(Buffer.from(key, 'base64').length).toBeGreaterThanOrEqual(32);
    const template = readFileSync(join(chart, 'templates', 'redis.yaml'), 'utf8');
    // Thirty-two digits would be a number without quotes.
    expect(template).toMatch(/password: \{\{ \$password \| quote \}\}/);
  });

  it('is the same each time it is rendered, where the Secret exists', async () => {
    const flags = ['--set', 'redis.existingSecret=mine'];
    const objects = await render(...flags);
    expect(await render(...flags)).toEqual(objects);
    expect(objects.some(({ kind }) => kind === 'Secret')).toBe(false);
    const [redis] = podsOf(objects).filter(({ containers }) => containers[0]?.args === undefined);
    expect(JSON.stringify(redis)).toContain('"name":"mine","key":"password"');
  });

  it('gives hosts the key of the fleet and the rules of hosts', async () => {
    const objects = await render('--set', 'hosts.denyHosts={*.prod.example.com,10.0.0.0/8}');
    const [host] = podsOf(objects).filter(({ containers }) => containers[0]?.args);
    expect(host?.containers[0]?.env).toEqual([
      expect.objectContaining({ name: 'SWARM_QUEUE' }),
      {
        name: 'SWARM_QUEUE_KEY',
        valueFrom: { secretKeyRef: { name: 'load-livekit-swarm-queue', key: 'fleet-key' } },
      },
      { name: 'SWARM_DENY_HOST', value: '*.prod.example.com,10.0.0.0/8' },
    ]);
  });

  it('lets only hosts and runners connect to Redis', async () => {
    const policy = (await render()).find(
      ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name.endsWith('-redis'),
    );
    const release = {
      'app.kubernetes.io/name': 'livekit-swarm',
      'app.kubernetes.io/instance': 'load',
    };
    expect(policy?.spec.ingress).toEqual([
      {
        ports: [{ port: 'redis' }],
        from: [
          {
            podSelector: { matchLabels: { ...release, 'app.kubernetes.io/component': 'host' } },
          },
          { podSelector: { matchLabels: { 'app.kubernetes.io/component': 'runner' } } },
        ],
      },
    ]);
  });

  it('gives public routes of the exporter a Service of their own, and its sessions a volume', async () => {
    const config = {
      publicListen: '0.0.0.0:9466',
      sessions: { file: '/var/lib/livekit-swarm/sessions.db' },
    };
    const withConfig = (given: object): string[] => [
      ...EVERYTHING,
      ...['--set-json', `exporter.config=${JSON.stringify(given)}`],
    ];
    const objects = await render(...withConfig(config));
    const ports = objects
      .filter(({ kind, metadata }) => kind === 'Service' && metadata.name.includes('exporter'))
      .map(({ spec }) => spec.ports);
    expect(ports).toEqual([
      [{ name: 'metrics', port: 9465, targetPort: 'metrics' }],
      [{ name: 'public', port: 9466, targetPort: 'public' }],
    ]);
    expect(objects.find(({ kind }) => kind === 'PersistentVolumeClaim')?.metadata).toMatchObject({
      annotations: { 'helm.sh/resource-policy': 'keep' },
    });
    const exporter = podsOf(objects).find(
      ({ containers }) => containers[0]?.args?.[0] === 'exporter',
    );
    expect(exporter?.containers[0]?.volumeMounts).toContainEqual({
      name: 'sessions',
      mountPath: '/var/lib/livekit-swarm',
    });
    const lost = withConfig({ sessions: { file: 'sessions.db' } });
    const { failed, stderr } = await run('template', 'load', chart, ...lost);
    expect([failed, stderr]).toEqual([true, expect.stringContaining('sessions.file')]);
  });

  it.each([
    ['hosts.replicas=-1', /replicas/],
    ['hosts.labels={region}', /labels/],
    ['host.replicas=2', /host/],
    ['image.digest=latest', /digest/],
    ['exporter.enabled=true', /exporter\.existingSecret/],
  ])('rejects %s, and names it', async (value, named) => {
    const { failed, stderr } = await run('template', 'load', chart, '--set', value);
    expect(failed).toBe(true);
    expect(stderr).toMatch(named);
  });
});
