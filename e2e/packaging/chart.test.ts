/** The Helm chart without a cluster: what Helm makes of it. `npm run test:kubernetes` installs it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkSources, isFound } from '@livekit-swarm/lab';
import { HELM } from '@livekit-swarm/testkit/kubernetes/helm';
import { execa } from 'execa';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { buildChart } from '../../scripts/release/build-chart.ts';
import { ROOT } from '../support/stack-images.ts';
import { scratch } from '../support/swarm.ts';

interface KubernetesObject {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  spec: Record<string, unknown>;
  data?: Record<string, string>;
  stringData?: Record<string, string>;
}

interface PodSpec {
  automountServiceAccountToken: boolean;
  serviceAccountName: string;
  securityContext: object;
  priorityClassName?: string;
  containers: {
    name: string;
    image: string;
    args?: string[];
    env?: object[];
    volumeMounts?: object[];
    securityContext: object;
  }[];
}

const helm = (await checkSources(HELM)).find(isFound)?.path ?? null;
/** The chart has no default image before a release. */
const IMAGE = ['--set', 'image.repository=registry.example.com/livekit-swarm'];
const EVERYTHING = [
  ...['exporter.enabled=true', 'exporter.existingSecret=livekit', 'serviceMonitor.enabled=true'],
  ...['prometheusRule.enabled=true', 'dashboards.enabled=true', 'hosts.labels={region=eu}'],
  ...['probe.enabled=true', 'hosts.podDisruptionBudget.enabled=true'],
].flatMap((value) => ['--set', value]);

/** Flags of Helm for values that are not texts. */
const json = (values: Record<string, unknown>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [
    '--set-json',
    `${name}=${JSON.stringify(value)}`,
  ]);

const LOAD_TESTS = json({
  loadTests: {
    gate: {
      existingSecret: 'livekit',
      scenario: { scenario: 'gate', groups: { calls: { executor: 'constant-rooms', rooms: 2 } } },
      thresholds: ['join_time: p(95)<1000'],
      records: { size: '10Gi' },
      ttlSecondsAfterFinished: 2_592_000,
    },
    nightly: {
      ...{ schedule: '30 2 * * *', timeZone: 'Europe/Berlin', existingSecret: 'livekit' },
      ...{ existingConfigMap: 'scenarios', files: ['a.yaml', 'b.yaml'], hosts: 3 },
    },
    flags: { url: 'wss://livekit.example.com', args: ['--rooms=5'], reports: [] },
  },
});
const PUBLIC = json({
  'exporter.config': {
    publicListen: '0.0.0.0:9466',
    tls: { cert: '/etc/tls/tls.crt', key: '/etc/tls/tls.key' },
  },
  'exporter.ingress': {
    ...{ enabled: true, hosts: ['swarm.example.com'] },
    tls: [{ hosts: ['swarm.example.com'], secretName: 'swarm-tls' }],
  },
  'exporter.httpRoute': { enabled: true, parentRefs: [{ name: 'public' }] },
  'exporter.extraVolumes': [{ name: 'tls', secret: { secretName: 'swarm-tls' } }],
  'exporter.extraVolumeMounts': [{ name: 'tls', mountPath: '/etc/tls' }],
});

let chart: string;
beforeAll(async () => {
  chart = await buildChart(join(ROOT, '.cache', 'chart'));
});
beforeEach(({ skip }) =>
  skip(helm === null, 'no helm: "npm run test:kubernetes" builds the pinned one'),
);

const run = (...args: string[]) => execa(helm ?? '', args, { reject: false, cwd: scratch() });

const render = (...flags: string[]): Promise<KubernetesObject[]> => renderRelease('load', ...flags);

const renderRelease = async (release: string, ...flags: string[]): Promise<KubernetesObject[]> => {
  const { stdout, stderr, failed } = await run('template', release, chart, ...IMAGE, ...flags);
  expect(failed, stderr).toBe(false);
  return parseAllDocuments(stdout)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
};

interface WithPod {
  template: { metadata: { labels: Record<string, string> }; spec: PodSpec };
}
interface JobSpec extends WithPod {
  backoffLimit: number;
  ttlSecondsAfterFinished?: number;
  podFailurePolicy: object;
}

/** Pod of an object; null: it has none. */
const podOf = ({ kind, spec }: KubernetesObject): PodSpec | null => {
  switch (kind) {
    case 'Pod':
      return spec as object as PodSpec;
    case 'Deployment':
    case 'Job':
      return (spec as object as WithPod).template.spec;
    case 'CronJob':
      return (spec as { jobTemplate: { spec: WithPod } }).jobTemplate.spec.template.spec;
    default:
      return null;
  }
};

const podsOf = (objects: readonly KubernetesObject[]): PodSpec[] =>
  objects
    .filter(({ kind }) => kind === 'Deployment')
    .map(podOf)
    .filter((pod) => pod !== null);

const find = (objects: readonly KubernetesObject[], kind: string, end = ''): KubernetesObject => {
  const found = objects.find(
    (object) => object.kind === kind && object.metadata.name.includes(end),
  );
  if (found === undefined) throw new Error(`there is no ${kind} ${end}`);
  return found;
};

describe('the Helm chart', () => {
  it.each([[[]], [EVERYTHING], [LOAD_TESTS], [[...EVERYTHING, ...PUBLIC]]])(
    'has no problem that Helm finds, with %j',
    async (flags) => {
      const { stdout, failed } = await run('lint', '--strict', chart, ...IMAGE, ...flags);
      expect(failed, stdout).toBe(false);
    },
  );

  it('has the version of the program', async () => {
    const { version } = JSON.parse(
      readFileSync(join(ROOT, 'packages', 'cli', 'package.json'), 'utf8'),
    ) as { version: string };
    const description = parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8')) as object;
    expect(description).toMatchObject({ version, appVersion: version });
    const [host] = podsOf(await render()).filter(({ containers }) => containers[0]?.args);
    expect(host?.containers[0]?.image).toBe(`registry.example.com/livekit-swarm:${version}`);
  });

  it.each([
    ['image.repository', ['--set', 'image.repository=']],
    ['redis.image.repository', [...IMAGE, '--set', 'redis.image.repository=']],
  ])('refuses to render pods without %s', async (named, flags) => {
    const { failed, stderr } = await run('template', 'load', chart, ...flags);
    expect([failed, stderr]).toEqual([true, expect.stringContaining(`${named}: name the image`)]);
  });

  it('gives every pod the rights that Kubernetes calls restricted, and nothing to write to', async () => {
    const objects = await render(...EVERYTHING, ...LOAD_TESTS);
    const pods = objects.map(podOf).filter((pod) => pod !== null);
    // Hosts, Redis, exporter, three load tests, and the pod of "helm test".
    expect(pods).toHaveLength(7);
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
      'Pod',
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
    const { failed, stderr } = await run('template', 'load', chart, ...IMAGE, ...lost);
    expect([failed, stderr]).toEqual([true, expect.stringContaining('sessions.file')]);
  });

  it('runs a load test as a Job whose verdict is never tried again', async () => {
    const objects = await render(...LOAD_TESTS);
    const job = find(objects, 'Job', 'gate-');
    const spec = job.spec as object as JobSpec;
    expect(spec).toMatchObject({
      backoffLimit: 0,
      ttlSecondsAfterFinished: 2_592_000,
      podFailurePolicy: {
        rules: [
          {
            action: 'FailJob',
            onExitCodes: { containerName: 'swarm', operator: 'In', values: [2, 98, 99, 130] },
          },
        ],
      },
      template: { spec: { restartPolicy: 'Never' } },
    });
    expect(spec.template.spec.containers[0]?.args).toEqual([
      ...['run', '--url=$(LIVEKIT_URL)', '--threshold=join_time: p(95)<1000'],
      ...['--report=json', '--report=junit', '/etc/livekit-swarm/scenarios/scenario.yaml'],
    ]);
    const scenario = find(objects, 'ConfigMap', 'gate').data?.['scenario.yaml'] ?? '';
    expect(parse(scenario)).toMatchObject({ scenario: 'gate', groups: { calls: { rooms: 2 } } });
    expect(find(objects, 'PersistentVolumeClaim', 'gate-records').metadata).toMatchObject({
      annotations: { 'helm.sh/resource-policy': 'keep' },
    });
    // It may connect to the queue.
    expect(spec.template.metadata.labels['app.kubernetes.io/component']).toBe('runner');
  });

  it('makes another Job of other fields, and the same of the same', async () => {
    const nameOf = async (...flags: string[]): Promise<string> =>
      find(await render(...LOAD_TESTS, ...flags), 'Job', 'gate-').metadata.name;
    expect(await nameOf()).toBe(await nameOf('--set', 'hosts.replicas=9'));
    expect(await nameOf()).not.toBe(await nameOf('--set', 'loadTests.gate.args={--seed=2}'));
  });

  it('runs a load test on a schedule, on hosts of the queue', async () => {
    const objects = await render(...LOAD_TESTS);
    const { spec } = find(objects, 'CronJob', 'nightly');
    expect(spec).toMatchObject({
      ...{ schedule: '30 2 * * *', timeZone: 'Europe/Berlin', concurrencyPolicy: 'Forbid' },
      jobTemplate: {
        spec: {
          template: {
            spec: {
              volumes: expect.arrayContaining([
                { name: 'scenarios', configMap: { name: 'scenarios' } },
              ]),
              containers: [
                {
                  args: expect.arrayContaining([
                    '--hosts=3',
                    '/etc/livekit-swarm/scenarios/a.yaml',
                    '/etc/livekit-swarm/scenarios/b.yaml',
                  ]),
                  env: expect.arrayContaining([expect.objectContaining({ name: 'SWARM_QUEUE' })]),
                },
              ],
            },
          },
        },
      },
    });
    const flags = find(objects, 'Job', 'flags-').spec as object as JobSpec;
    expect(flags.template.spec.containers[0]?.args).toEqual([
      '--url=wss://livekit.example.com',
      '--rooms=5',
    ]);
  });

  it('takes a scenario as it stands in a file', async () => {
    const file = join(ROOT, 'examples', 'ci', 'scenarios', 'calls.yaml');
    const flags = ['--set-file', `loadTests.gate.scenario=${file}`];
    const objects = await render(...flags, '--set', 'loadTests.gate.existingSecret=livekit');
    const text = find(objects, 'ConfigMap', 'gate').data?.['scenario.yaml'] ?? '';
    expect(text.trim()).toBe(readFileSync(file, 'utf8').trim());
  });

  it('opens webhooks and browser reports to the outside, never metrics', async () => {
    const objects = await render(...EVERYTHING, ...PUBLIC);
    const service = 'load-livekit-swarm-exporter-public';
    const backend = { service: { name: service, port: { name: 'public' } } };
    expect(find(objects, 'Ingress').spec.rules).toEqual([
      {
        host: 'swarm.example.com',
        http: {
          paths: ['/webhook', '/beacon'].map((path) => ({ path, pathType: 'Prefix', backend })),
        },
      },
    ]);
    expect(find(objects, 'HTTPRoute').spec.rules).toEqual([
      {
        matches: ['/webhook', '/beacon'].map((value) => ({ path: { type: 'PathPrefix', value } })),
        backendRefs: [{ name: service, port: 9466 }],
      },
    ]);
    expect(find(objects, 'ServiceMonitor').spec.endpoints).toMatchObject([{ scheme: 'https' }]);
    const exporter = JSON.stringify(find(objects, 'Deployment', 'exporter'));
    expect(exporter).toContain(
      '"readinessProbe":{"httpGet":{"path":"/-/ready","port":"metrics","scheme":"HTTPS"}}',
    );
  });

  it('asks for synthetic calls by a Probe for each module', async () => {
    const objects = await render(...EVERYTHING, ...json({ 'probe.modules': ['a_b', 'video_hd'] }));
    expect(objects.filter(({ kind }) => kind === 'Probe').map(({ spec }) => spec)).toMatchObject([
      { module: 'a_b', targets: { staticConfig: { static: ['livekit'] } } },
      { module: 'video_hd', prober: { path: '/probe', scheme: 'http' } },
    ]);
  });

  it('keeps its selectors whatever names and labels are chosen', async () => {
    const objects = await render(
      ...['--set', 'nameOverride=swarm', '--set', 'fullnameOverride=gen'],
      ...['--set', 'serviceAccount.create=false', '--set', 'serviceAccount.name=mine'],
      ...['--set', 'hosts.priorityClassName=low', '--set', 'hosts.podLabels.team=a'],
      ...['--set', 'hosts.podLabels.app\\.kubernetes\\.io/component=other'],
    );
    expect(objects.some(({ kind }) => kind === 'ServiceAccount')).toBe(false);
    const host = find(objects, 'Deployment', 'gen-host');
    const spec = host.spec as object as WithPod & { selector: { matchLabels: object } };
    expect(spec.template.metadata.labels).toMatchObject({
      ...spec.selector.matchLabels,
      ...{ team: 'a', 'app.kubernetes.io/name': 'swarm' },
    });
    expect(spec.template.spec).toMatchObject({
      ...{ serviceAccountName: 'mine', priorityClassName: 'low' },
    });
  });

  it.each(['2026', 'a'.repeat(53)])('has valid names and labels: release %s', async (release) => {
    const objects = await renderRelease(
      release,
      ...[...EVERYTHING, ...PUBLIC, ...json({ loadTests: { 1: { existingSecret: 's' } } })],
    );
    for (const { kind, metadata } of objects) {
      const { name, labels = {} } = metadata;
      expect(Object.values(labels).map((label) => typeof label)).not.toContain('number');
      if (kind === 'Service') expect(name.length).toBeLessThanOrEqual(63);
    }
  });

  it('checks the installation with "helm test"', async () => {
    const pod = find(await render(...EVERYTHING, ...LOAD_TESTS), 'Pod');
    expect(pod.metadata).toMatchObject({ annotations: { 'helm.sh/hook': 'test' } });
    expect(podOf(pod)?.containers.map(({ name }) => name)).toEqual([
      ...['queue', 'exporter', 'scenario-gate'],
    ]);
  });

  it.each([
    [{ gate: {} }, /loadTests\.gate\.existingSecret/],
    [{ gate: { existingSecret: 's', existingConfigMap: 'c' } }, /loadTests\.gate\.files/],
    [{ gate: { existingSecret: 's', files: ['a.yaml'] } }, /existingConfigMap/],
    [{ gate: { existingSecret: 's', schedule: 'nightly' } }, /schedule/],
    [{ gate: { url: 'https://livekit.example.com' } }, /url/],
    [{ gate: { existingSecret: 's', retries: 3 } }, /retries/],
    [{ [`g${'a'.repeat(40)}`]: { existingSecret: 's' } }, /52 characters/],
  ])('rejects the load test %j', async (loadTests, named) => {
    const { failed, stderr } = await run(
      'template',
      'load',
      chart,
      ...IMAGE,
      ...json({ loadTests }),
    );
    expect(failed).toBe(true);
    expect(stderr).toMatch(named);
  });

  it.each([
    ['hosts.replicas=-1', /replicas/],
    ['hosts.labels={region}', /labels/],
    ['host.replicas=2', /host/],
    ['image.digest=latest', /digest/],
    ['exporter.enabled=true', /exporter\.existingSecret/],
    ['exporter.ingress.enabled=true', /exporter\.enabled/],
    ['exporter.enabled=true,exporter.ingress.enabled=true', /publicListen/],
    [
      'exporter.enabled=true,exporter.existingSecret=s,exporter.config.publicListen=:9466,exporter.ingress.enabled=true',
      /ingress\.hosts/,
    ],
    [
      'exporter.enabled=true,exporter.existingSecret=s,exporter.config.publicListen=:9466,exporter.httpRoute.enabled=true',
      /httpRoute\.parentRefs/,
    ],
    ['probe.modules={}', /modules/],
    ['probe.interval=often', /interval/],
  ])('rejects %s, and names it', async (value, named) => {
    const { failed, stderr } = await run('template', 'load', chart, ...IMAGE, '--set', value);
    expect(failed).toBe(true);
    expect(stderr).toMatch(named);
  });
});
