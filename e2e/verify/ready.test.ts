/** `swarm ready` for three events on a real server, with a real Prometheus. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CapacityEnd } from '@livekit-swarm/analysis/capacity';
import { startLiveKit } from '@livekit-swarm/lab';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { startPrometheus } from '@livekit-swarm/testkit/prometheus-server';
import { expect, test } from 'vitest';
import { capacityOf } from '../../packages/ready/test/support/event.ts';
import { scenarioFile } from '../support/capacity.ts';
import { runSwarm, scratch } from '../support/swarm.ts';

interface Result {
  answer: string;
  checks: {
    id: string;
    outcome: string;
    evidence: string[];
    reason: string | null;
    fix: string | null;
  }[];
}

const RULES = (firing: boolean): string => `groups:
  - name: livekit
    interval: 1s
    rules:
      - alert: LiveKitNodeDown
        expr: vector(${firing ? 1 : 0}) > 0
        labels: { severity: critical }
      - alert: Watchdog
        expr: vector(1)
        labels: { severity: none }
`;

/** True once the alert that always fires has been evaluated. */
const alertsAreKnown = async (url: string): Promise<boolean> =>
  (await fetch(`${url}/api/v1/alerts`).then((answer) => answer.text())).includes('Watchdog');

test('three events: one that the deployment carries, one that it does not, one whose answer is unknown', async () => {
  const file = scenarioFile({ name: 'calls', senders: 2 });
  const capacity = join(scratch(), 'capacity.json');
  /** Writes a result of `swarm capacity`: four participants a node. */
  const measure = (end: CapacityEnd): void =>
    writeFileSync(
      capacity,
      JSON.stringify(
        capacityOf({
          ...{ scenario: 'calls', startedAt: new Date().toISOString(), end },
          target: {
            ...{ url: null, serverVersion: DEFAULT_LIVEKIT_VERSION, nodes: 1, nodeCores: 2 },
          },
          participants: { total: 4, perNode: 4 },
        }),
      ),
    );
  measure('max');

  await using server = await startLiveKit({ dir: scratch() });
  await using prometheus = await startPrometheus(undefined, RULES(false));
  await expect.poll(() => alertsAreKnown(prometheus.url), { timeout: 20_000 }).toBe(true);
  const ready = async (...flags: string[]) => {
    const { exit, stdout, stderr } = await runSwarm(
      ['ready', file, '--at', '2030-01-01T10:00', '--json', '--quiet', ...flags],
      {
        LIVEKIT_URL: server.url,
        LIVEKIT_API_KEY: server.apiKey,
        LIVEKIT_API_SECRET: server.apiSecret,
      },
    );
    expect(stderr).toBe('');
    const { answer, checks } = JSON.parse(stdout) as Result;
    const open = checks.filter(({ outcome }) => outcome === 'error' || outcome === 'unknown');
    return {
      ...{ exit, answer, of: (id: string) => checks.find((one) => one.id === id) },
      open: open.map(({ id, reason, evidence }) => `${id}: ${reason ?? evidence.join(', ')}`),
    };
  };
  const known = ['--capacity', capacity, '--nodes', '2', '--prometheus', prometheus.url];

  // Two nodes carry eight participants for certain: four with a headroom of 1.5, and not six.
  const fit = await ready('--for', '4', ...known);
  expect(fit.open).toEqual([]);
  expect([fit.answer, fit.exit]).toEqual(['yes', 0]);
  expect(fit.of('capacity')?.outcome).toBe('passed');
  expect(fit.of('spare-node')?.outcome).toBe('passed');
  expect(fit.of('alerts')?.outcome).toBe('passed');

  const more = await ready('--for', '6', ...known);
  expect([more.answer, more.exit]).toEqual(['unknown', 98]);
  expect(more.of('capacity')?.outcome).toBe('unknown');

  measure('knee');
  const tooMany = await ready('--for', '3000', ...known);
  expect([tooMany.answer, tooMany.exit]).toEqual(['no', 99]);
  expect(tooMany.of('capacity')?.fix).toBe('add 1,123 nodes of the same size: 1,125 in all');

  await using broken = await startPrometheus(undefined, RULES(true));
  await expect.poll(() => alertsAreKnown(broken.url), { timeout: 20_000 }).toBe(true);
  const alarmed = await ready('--for', '4', ...known.slice(0, -1), broken.url);
  expect([alarmed.answer, alarmed.exit]).toEqual(['no', 99]);
  expect(alarmed.of('alerts')?.evidence).toEqual(['LiveKitNodeDown is firing']);
});

test.each([
  [['--for', '3000'], '--at 10:00'],
  [['--at', '10:00'], '--for 3000'],
  [['--for', 'many', '--at', '10:00'], '--for many'],
  [['--for', '10', '--at', 'noon'], '--at "noon"'],
  [['--for', '10', '--at', '10:00', '--capacity', 'nowhere.json'], 'nowhere.json'],
  [['--for', '10', '--at', '10:00', '--without', 'alert'], 'alerts'],
  [['--for', '10', '--at', '10:00', '--lasts', '2'], 'a duration needs a unit'],
  [['--for', '10', '--at', '10:00', '--lasts', '0s'], '--lasts 0s'],
])('%j is refused before the deployment is asked', async (flags, text) => {
  const { exit, stderr } = await runSwarm(
    ['ready', scenarioFile({ name: 'calls', senders: 2 }), ...flags],
    { LIVEKIT_URL: 'ws://127.0.0.1:9', LIVEKIT_API_KEY: 'key', LIVEKIT_API_SECRET: 'secret' },
  );
  expect(exit).toBe(2);
  expect(stderr).toContain(text);
});
