/**
 * Tests every alert that a fault on one host can cause, with a real cluster, the included rules in
 * a real Prometheus, a real Alertmanager, a webhook, and real faults. To finish within minutes,
 * every `for` and every range is divided (see support/drill/pace.ts). Queries and limits are the
 * original ones; only the limit of memory is lower, because a full memory would invoke the OOM
 * killer. `npm run alerts:real -- --scale 1` uses the original rules.
 */
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { provisionLiveKit } from '@livekit-swarm/lab';
import pLimit from 'p-limit';
import { beforeAll, describe, expect, test } from 'vitest';
import { ALERTS } from '../src/shipped.ts';
import { alertKey } from './support/alert-key.ts';
import type { FaultCase } from './support/drill/fault-case.ts';
import {
  FAULT_GROUPS,
  MEDIA_FAULTS,
  PROCESS_FAULTS,
  SERVICE_FAULTS,
} from './support/drill/fault-groups.ts';
import { namespaceUnavailableReason } from './support/drill/network-namespace.ts';
import type { DrillResult } from './support/drill/run-faults.ts';

const PROGRAM = fileURLToPath(new URL('./support/drill/main.ts', import.meta.url));
const SCALE = 30;
const LONGEST_MS = 1_200_000;
const DEPLOYMENTS = [MEDIA_FAULTS, PROCESS_FAULTS, SERVICE_FAULTS];
/**
 * Number of simultaneous deployments. One, of three nodes with monitoring and load, needs two
 * cores; with less, media is late, which fires an alert.
 */
const AT_ONCE = Math.max(1, Math.floor(availableParallelism() / 2));

const faults = FAULT_GROUPS.flat();
const why = await namespaceUnavailableReason();

/**
 * Alerts whose cause a test cannot or must not create: the network card of a cloud, a full
 * connection table, an OOM kill, an egress service. Promtool tests them.
 */
const NOT_CAUSED = [
  'LiveKitCloudAllowanceExceeded',
  'LiveKitConntrackHigh',
  'LiveKitEgressUnavailable',
  'LiveKitOomKill',
];

test('every alert has a fault that causes it, or cannot be caused here', () => {
  const caused = faults.flatMap(({ fires, stops = [] }) => [...fires, ...stops]);
  expect([...new Set([...caused, ...NOT_CAUSED])].toSorted()).toEqual(
    [...new Set(ALERTS.map(({ name, labels }) => alertKey(name, labels)))].toSorted(),
  );
});

/** Runs faults on a separate deployment. */
const runSeparately = (
  groups: readonly (readonly FaultCase[])[],
): Promise<{ result: DrillResult; output: string }> =>
  new Promise((resolve, reject) => {
    const names = groups.flat().map(({ name }) => name);
    const args = [PROGRAM, '--json', '--scale', String(SCALE), '--only', names.join(',')];
    execFile(
      process.execPath,
      args,
      { timeout: LONGEST_MS, maxBuffer: 1e8 },
      (error, stdout, output) => {
        // Exit code 1 means that an alert did not fire; the tests report which one.
        if (stdout === '') reject(new Error(`the faults did not run: ${error?.message} ${output}`));
        else resolve({ result: JSON.parse(stdout) as DrillResult, output });
      },
    );
  });

describe('faults and the alerts that reach a webhook', () => {
  let results: DrillResult[];
  let output: string;

  beforeAll(async () => {
    if (why !== null) return;
    await provisionLiveKit({});
    const finished = await pLimit(AT_ONCE).map(DEPLOYMENTS, runSeparately);
    results = finished.map(({ result }) => result);
    output = finished.map((one) => one.output).join('\n');
  }, DEPLOYMENTS.length * LONGEST_MS);

  test('no alert fires without a fault, and no wrong alert with one', ({ skip }) => {
    skip(why !== null, why ?? '');
    for (const { quietSeconds, wrong } of results) {
      expect(quietSeconds).toBeGreaterThanOrEqual(20);
      expect(wrong, output).toEqual([]);
    }
  });

  test.for(faults)('$name: $description', ({ name, fires, stops = [], resolves }, { skip }) => {
    skip(why !== null, why ?? '');
    const rows = results.flatMap(({ rows: all }) => all).filter(({ fault }) => fault === name);
    expect(rows.map(({ alert }) => alert)).toEqual([...fires, ...stops]);
    for (const { alert, seconds, labels } of rows) {
      if (seconds !== 'there-already') expect(seconds, `${alert}\n${output}`).toBeTypeOf('number');
      const severities: string[] = ALERTS.filter(
        (one) => alertKey(one.name, one.labels) === alert,
      ).map(({ severity }) => severity);
      expect(alertKey(labels?.alertname ?? '', labels ?? {})).toBe(alert);
      expect(severities).toContain(labels?.severity);
    }
    for (const { alert, seconds, resolvedSeconds } of rows) {
      if (![...resolves, ...stops].includes(alert) || seconds === 'there-already') continue;
      expect(resolvedSeconds, `${alert} resolved\n${output}`).toBeTypeOf('number');
    }
  });
});
