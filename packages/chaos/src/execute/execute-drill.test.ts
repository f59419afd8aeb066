import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RECORD_FILE } from '@livekit-swarm/record';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { expect, it } from 'vitest';
import { drillOf } from '../../test/support/drill-of.ts';
import { openJournal } from '../journal/journal.ts';
import { dryRunLab } from '../targets/dry-run-lab.ts';
import { executeDrill } from './execute-drill.ts';

it('rejects a drill with alerts before any participant joins when Prometheus is missing', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-drill-'));
  let disposed = false;
  const usual = drillOf();
  try {
    const result = executeDrill({
      guard: ownServerGuard(),
      save: () => {},
      drill: {
        ...usual,
        objectives: { ...usual.objectives, alertsWithinMs: { LiveKitNodeDown: 20_000 } },
      },
      faults: new Map(),
      journal: openJournal(join(dir, 'journal')),
      confirmedTarget: null,
      allowUnprovenTarget: false,
      expiryMarginMs: 60_000,
      withoutExpiry: false,
      dir: join(dir, 'drill'),
      version: '0.0.0',
      stop: new AbortController().signal,
      deploy: async () => ({
        platform: dryRunLab(3),
        ...{
          name: 'staging',
          isLab: true,
          url: 'ws://127.0.0.1:1',
          apiKey: 'key',
          apiSecret: 'secret',
        },
        ...{ redisUrl: null, loadBalancerMetricsUrl: null, prometheusUrl: null },
        [Symbol.asyncDispose]: async () => {
          disposed = true;
        },
      }),
      newRunName: () => 'name',
      staff: () => {
        throw new Error('no participant may join');
      },
    });
    await expect(result).rejects.toMatchObject({
      code: 'prometheus_required',
      message: 'objective `alerts` (LiveKitNodeDown) needs the Prometheus URL of "staging"',
    });
    expect(disposed).toBe(true);
    expect(existsSync(join(dir, 'drill', RECORD_FILE))).toBe(false);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
