import { PassThrough } from 'node:stream';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import { afterEach, describe, expect, it } from 'vitest';
import { type DrillMetrics, serveDrillMetrics } from './drill-metrics.ts';

const open: DrillMetrics[] = [];
afterEach(async () => {
  for (const metrics of open.splice(0)) await metrics.close();
});

/** @returns the metrics, and what was written to stderr */
const served = async (
  address: string | undefined,
  forLab: boolean,
  env: NodeJS.ProcessEnv = {},
) => {
  const stderr = new PassThrough();
  let output = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const metrics = await serveDrillMetrics(
    {
      served: { 'web.listenAddress': [], ...(address !== undefined && { metrics: address }) },
      forLab,
    },
    { stderr, env },
  );
  open.push(metrics);
  return { metrics, output: () => output };
};

const carryOut = ({ begin }: DrillMetrics): void => {
  const tap = begin('mine');
  for (const line of recordOf(specOf({ rooms: 1, durationMs: 3_000 }))) tap.add(line);
  tap.decided({
    verdict: 'passed',
    objectives: [],
    thresholds: [],
    recovery: { timeToRecover: { p50: 8_000, p95: 9_000, max: 10_000 } },
  });
};

const scrape = async (address: string): Promise<string> =>
  (await fetch(`http://${address}/metrics`)).text();

describe('a drill that is served', () => {
  it('serves the Prometheus of its lab without a token and without a message', async () => {
    const { metrics, output } = await served(undefined, true, { SWARM_METRICS_TOKEN: 'hush' });
    carryOut(metrics);
    const text = await scrape(metrics.labAddress ?? '');
    expect(text).toContain('livekit_swarm_chaos_participants{drill="mine",state="reconnecting"} 0');
    expect(text).toContain(
      'livekit_swarm_chaos_time_to_recover_seconds{drill="mine",quantile="0.95"} 9',
    );
    expect(text).toContain('livekit_swarm_chaos_verdict{drill="mine",verdict="passed"} 1');
    expect(text).toContain('livekit_swarm_run_phase{');
    expect(output()).toBe('');
    // That Prometheus ends with its lab: there is no scrape to wait for.
    await metrics.linger(new AbortController().signal);
  });

  it('is where it was asked for, behind the token', async () => {
    const { metrics, output } = await served('127.0.0.1:0', false, { SWARM_METRICS_TOKEN: 'hush' });
    carryOut(metrics);
    expect(metrics.labAddress).toBeNull();
    const [, address = ''] = /listening on http:\/\/(\S+);/.exec(output()) ?? [];
    expect((await fetch(`http://${address}/metrics`)).status).toBe(401);
    const allowed = await fetch(`http://${address}/metrics`, {
      headers: { authorization: 'Bearer hush' },
    });
    expect(await allowed.text()).toContain(
      'livekit_swarm_chaos_verdict{drill="mine",verdict="passed"} 1',
    );
  });

  it('does not listen unless requested', async () => {
    const { metrics } = await served(undefined, false);
    expect(metrics.labAddress).toBeNull();
    carryOut(metrics);
  });

  it('refuses an address that is none', async () => {
    await expect(served('here', true)).rejects.toThrow(expect.objectContaining({ code: 'usage' }));
  });
});
