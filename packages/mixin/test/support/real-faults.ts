/**
 * Tests of the alerts that faults on one host cause, with a real cluster, the included rules in a
 * real Prometheus, a real Alertmanager, a webhook, and real faults. To finish within minutes, every
 * `for` and every range is divided (see drill/pace.ts). Queries and limits are the original ones;
 * only the limit of memory is lower, because a full memory would invoke the OOM killer.
 * `npm run alerts:real -- --scale 1` uses the original rules.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { provisionLiveKit } from '@livekit-swarm/lab';
import { beforeAll, expect, test } from 'vitest';
import { ALERTS } from '../../src/shipped.ts';
import { alertKey } from './alert-key.ts';
import type { FaultCase } from './drill/fault-case.ts';
import { namespaceUnavailableReason } from './drill/network-namespace.ts';
import type { DrillResult } from './drill/run-faults.ts';

const PROGRAM = fileURLToPath(new URL('./drill/main.ts', import.meta.url));
const SCALE = 30;
const LONGEST_MS = 1_200_000;

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

/** Registers the tests of faults that are injected into one deployment, group after group. */
export const testFaults = (groups: readonly (readonly FaultCase[])[]): void => {
  let why: string | null;
  let result: DrillResult;
  let output: string;

  beforeAll(async () => {
    why = await namespaceUnavailableReason();
    if (why !== null) return;
    await provisionLiveKit({});
    ({ result, output } = await runSeparately(groups));
  }, LONGEST_MS);

  test('no alert fires without a fault, and no wrong alert with one', ({ skip }) => {
    skip(why !== null, why ?? '');
    expect(result.quietSeconds).toBeGreaterThanOrEqual(20);
    expect(result.wrong, output).toEqual([]);
  });

  test.for(groups.flat())(
    '$name: $description',
    ({ name, fires, stops = [], resolves }, { skip }) => {
      skip(why !== null, why ?? '');
      const rows = result.rows.filter(({ fault }) => fault === name);
      expect(rows.map(({ alert }) => alert)).toEqual([...fires, ...stops]);
      for (const { alert, seconds, labels } of rows) {
        if (seconds !== 'there-already')
          expect(seconds, `${alert}\n${output}`).toBeTypeOf('number');
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
    },
  );
};
