/**
 * Tests the example for Alertmanager and the silences of the runbooks in a real Alertmanager:
 * arriving notifications, and silenced alerts.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { findFreePorts } from '@livekit-swarm/host';
import { findProgram } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Labels, namesOf } from '../src/config/names.ts';
import { readConfig } from '../src/config/read-config.ts';
import { outputs } from '../src/outputs.ts';
import { ALERTS } from '../src/shipped.ts';
import { type LoopbackServer, listenOnLoopback } from './support/loopback-server.ts';

const unavailable = await skipWithout('alertmanager', 'amtool');

const run = promisify(execFile);
const RUNBOOKS = new URL('../../../docs/runbooks/', import.meta.url);

interface Example {
  route: Record<string, unknown>;
  receivers: {
    name: string;
    pagerduty_configs?: Record<string, unknown>[];
    slack_configs?: Record<string, unknown>[];
    webhook_configs?: Record<string, unknown>[];
  }[];
}

let dir: string;
let receiver: LoopbackServer;
let alertmanager: ChildProcess;
let url: string;
const received: { path: string; body: Record<string, unknown> }[] = [];

/** Example configuration with the addresses of this test and without delays. */
const exampleFor = async (address: string): Promise<string> => {
  const { config } = readConfig(null, {
    text: 'links: { dashboards: "https://grafana.example.com/d" }',
    file: 'mixin.yaml',
  });
  const example = parse(
    outputs(namesOf(config), null)['alerts/alertmanager.example.yaml'] ?? '',
  ) as Example;
  await writeFile(join(dir, 'key'), 'routing-key');
  await writeFile(join(dir, 'slack'), `http://${address}/chat`);
  for (const { pagerduty_configs, slack_configs, webhook_configs } of example.receivers) {
    for (const one of pagerduty_configs ?? [])
      Object.assign(one, { routing_key_file: join(dir, 'key'), url: `http://${address}/pager` });
    for (const one of slack_configs ?? []) one.api_url_file = join(dir, 'slack');
    for (const one of webhook_configs ?? []) one.url = `http://${address}/watchdog`;
  }
  return stringify({ ...example, route: { ...example.route, group_wait: '0s' } });
};

beforeAll(async () => {
  if (unavailable !== null) return;
  dir = await mkdtemp(join(tmpdir(), 'swarm-notifications-'));
  receiver = await listenOnLoopback(
    createServer((request, response) => {
      void text(request).then((body) => {
        received.push({ path: request.url ?? '', body: JSON.parse(body) });
        response.writeHead(request.url === '/pager' ? 202 : 200).end('ok');
      });
    }),
  );
  const config = join(dir, 'alertmanager.yaml');
  await writeFile(config, await exampleFor(receiver.address));
  const { http: port } = await findFreePorts('127.0.0.1', 1);
  url = `http://127.0.0.1:${port}`;
  const program =
    (await findProgram('alertmanager', process.env)) ??
    (await findProgram('prometheus-alertmanager', process.env));
  alertmanager = spawn(
    program ?? '',
    [
      `--config.file=${config}`,
      `--storage.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  await vi.waitFor(async () => expect((await fetch(`${url}/-/ready`)).ok).toBe(true), {
    timeout: 60_000,
    interval: 100,
  });
});
afterAll(async () => {
  if (unavailable !== null) return;
  const ended = once(alertmanager, 'exit');
  alertmanager.kill('SIGKILL');
  await ended;
  await receiver.close();
  await rm(dir, { recursive: true });
});

/** Sends an alert of the rules, as Prometheus does. */
const fire = async (
  name: string,
  severity: string,
  labelSets: readonly Labels[],
): Promise<void> => {
  const alert = ALERTS.find((one) => one.name === name && one.severity === severity);
  if (alert === undefined) throw new Error(`no ${severity} alert ${name}`);
  const annotations = {
    summary: alert.summary,
    description: `${name} fires.`,
    runbook_url: 'https://wiki.example.com/r',
    dashboard_url: 'https://grafana.example.com/d/x',
  };
  const response = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(
      labelSets.map((labels) => ({
        labels: { alertname: name, severity, ...labels },
        annotations,
      })),
    ),
  });
  expect(response.status).toBe(200);
};

/** Waits for the notification at this path of the receiver. */
const arrived = (path: string): Promise<Record<string, unknown>> =>
  vi.waitFor(
    () => {
      const one = received.find((message) => message.path === path);
      if (one === undefined) throw new Error(`nothing has arrived at ${path}`);
      return one.body;
    },
    { timeout: 60_000, interval: 100 },
  );

/** Shell function of docs/runbooks/README.md by which amtool finds Alertmanager. */
const SETUP =
  /^amtool\(\) .*$/m.exec(readFileSync(new URL('README.md', RUNBOOKS), 'utf8'))?.[0] ?? '';

/** Runs a command in a shell with this function. */
const inShell = (command: string) =>
  run('bash', ['-c', `${SETUP.replace('http://ALERTMANAGER:9093', url)}\n${command}`], {
    env: { PATH: process.env.PATH, HOME: dir, USER: 'on-call' },
  });

it('a page begins with cluster, problem and place', async () => {
  await fire('LiveKitRestartLoop', 'critical', [
    { cluster: 'eu', job: 'livekit', instance: '10.0.0.1:6789' },
  ]);
  expect(await arrived('/pager')).toMatchObject({
    payload: { summary: '[eu] LiveKit node restarts repeatedly: 10.0.0.1:6789' },
    links: [
      { href: 'https://wiki.example.com/r', text: 'Runbook' },
      { href: 'https://grafana.example.com/d/x', text: 'Dashboard' },
    ],
  });
});

it('a message names each host once', async () => {
  await fire('LiveKitCpuHigh', 'warning', [
    { cluster: 'eu', job: 'node', instance: 'host-1' },
    { cluster: 'eu', job: 'node', instance: 'host-2' },
  ]);
  expect(await arrived('/chat')).toMatchObject({
    attachments: [
      {
        title: 'FIRING: [eu] CPU usage is high: host-1, host-2',
        text: expect.stringContaining('<https://grafana.example.com/d/x|Dashboard>'),
      },
    ],
  });
});

it('the silence of a planned node hides neither other nodes, nor other clusters, nor the page', async () => {
  const node = (cluster: string, instance: string): Labels => ({
    cluster,
    job: 'livekit',
    instance,
  });
  await fire('LiveKitNodeDown', 'warning', [
    node('us', 'a:1'),
    node('us', 'b:1'),
    node('ap', 'a:1'),
  ]);
  await fire('LiveKitNodeDown', 'critical', [{ cluster: 'ap', job: 'livekit' }]);
  const page = readFileSync(new URL('livekit-node-down.md', RUNBOOKS), 'utf8');
  const command = /^amtool silence add .*$/m.exec(page)?.[0] ?? '';
  await inShell(command.replace('CLUSTER', 'us').replace('INSTANCE', 'a:1'));
  const listed = async (): Promise<string[]> => {
    const response = await fetch(`${url}/api/v2/alerts?filter=alertname=LiveKitNodeDown`);
    const alerts = (await response.json()) as {
      labels: Record<string, string>;
      status: { silencedBy: string[] };
    }[];
    return alerts
      .filter(({ status }) => status.silencedBy.length > 0)
      .map(({ labels }) => `${labels.cluster} ${labels.instance} ${labels.severity}`);
  };
  await vi.waitFor(async () => expect(await listed()).toEqual(['us a:1 warning']), {
    timeout: 60_000,
    interval: 200,
  });
});

it('amtool accepts the silence of every runbook', async () => {
  const commands = readdirSync(RUNBOOKS).flatMap((file) =>
    [...readFileSync(new URL(file, RUNBOOKS), 'utf8').matchAll(/^amtool silence add .*$/gm)].map(
      ([command]) => command,
    ),
  );
  expect(commands.length).toBeGreaterThan(25);
  const { stdout } = await inShell(['set -e', 'amtool silence query', ...commands].join('\n'));
  expect(stdout.match(/^[0-9a-f]{8}-[0-9a-f-]{27}$/gm)).toHaveLength(commands.length);
});
