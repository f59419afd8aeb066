/** A run, scraped as Prometheus does: the last scrape must equal the record, to the packet. */

import { setTimeout as sleep } from 'node:timers/promises';
import { readRecord } from '@livekit-swarm/analysis';
import type { SeriesSample } from '@livekit-swarm/record';
import { recordLines } from '@livekit-swarm/record';
import { parseExposition, type Series, sumOf } from '@livekit-swarm/testkit/exposition';
import { describe, expect, it } from 'vitest';
import { resultOf, runSwarm, scratch, startSwarm } from '../support/swarm.ts';

const CROWD =
  '--rooms 3 --participants 2 --publish audio,video --video 180p --data-rate 10/s --duration 6s --processes 2 --json --quiet'.split(
    ' ',
  );

/** Scrapes every half second until the server stops answering. */
const watch = async (url: string, headers: Record<string, string> = {}): Promise<Series[][]> => {
  const scrapes: Series[][] = [];
  for (let tries = 0; tries < 120; tries++) {
    const response = await fetch(url, { headers }).catch(() => null);
    if (response === null) break;
    expect(response.status).toBe(200);
    scrapes.push(parseExposition(await response.text()));
    await sleep(500);
  }
  return scrapes;
};

const urlIn = async (swarm: ReturnType<typeof startSwarm>): Promise<string> => {
  await swarm.says(/listening on http/);
  return `${/listening on (http:\S+?);/.exec(swarm.stderr())?.[1]}/metrics`;
};

describe('swarm --metrics', () => {
  it('shows a run while it runs, and in the end the values of the record', async () => {
    const dir = scratch();
    const record = `${dir}/record`;
    const swarm = startSwarm([...CROWD, '--metrics', '127.0.0.1:0', '--record', record], {}, dir);
    const scrapes = await watch(await urlIn(swarm));
    const exit = await swarm.ended;
    const result = resultOf({ stdout: swarm.stdout() });
    expect(exit).toBe(result.exitCode);

    const phases = scrapes.map(
      (series) =>
        series.find(({ name, value }) => name === 'livekit_swarm_run_phase' && value === 1)?.labels
          .phase,
    );
    expect(phases).toContain('steady');
    expect(phases.at(-1)).toBe('ended');
    const connected = scrapes.map(
      (series) => sumOf(series, 'livekit_swarm_run_participants', { state: 'connected' }) ?? 0,
    );
    expect(Math.max(...connected)).toBe(6);

    const last = scrapes.at(-1) ?? [];
    const samples: SeriesSample[] = [];
    let planned = 0;
    for await (const line of recordLines(record)) {
      if (line.type === 'sample') samples.push(...line.series);
      if (line.type === 'header') planned = line.plan.participants;
    }
    expect(sumOf(last, 'livekit_swarm_run_participants', { state: 'planned' })).toBe(planned);
    const inRecord = (
      direction: string,
      kind: string,
      field:
        | 'packets'
        | 'bytes'
        | 'nacksSent'
        | 'nacksReceived'
        | 'plisSent'
        | 'plisReceived'
        | 'rtxPackets',
    ) =>
      samples
        .filter(({ labels }) => labels.direction === direction && labels.kind === kind)
        .reduce((sum, series) => sum + series[field], 0);
    for (const direction of ['up', 'down']) {
      for (const kind of ['audio', 'video', 'data']) {
        expect(sumOf(last, 'livekit_swarm_run_packets_total', { direction, kind })).toBe(
          inRecord(direction, kind, 'packets'),
        );
      }
      for (const kind of ['audio', 'video']) {
        expect(sumOf(last, 'livekit_swarm_run_bytes_total', { direction, kind })).toBe(
          inRecord(direction, kind, 'bytes'),
        );
        const [nacks, plis] =
          direction === 'up'
            ? (['nacksReceived', 'plisReceived'] as const)
            : (['nacksSent', 'plisSent'] as const);
        expect(sumOf(last, 'livekit_swarm_run_nacks_total', { direction, kind })).toBe(
          inRecord(direction, kind, nacks),
        );
        expect(sumOf(last, 'livekit_swarm_run_plis_total', { direction, kind })).toBe(
          inRecord(direction, kind, plis),
        );
        expect(sumOf(last, 'livekit_swarm_run_rtx_packets_total', { direction, kind })).toBe(
          inRecord(direction, kind, 'rtxPackets'),
        );
      }
    }
    const summary = await readRecord(record);
    const joins = summary.metrics.measure('join_time');
    expect(joins?.type === 'trend' && joins.sketch.count).toBe(
      sumOf(last, 'livekit_swarm_run_join_duration_seconds_count', { phase: 'joined' }),
    );
    const latency = summary.metrics.measure('media_latency');
    expect(latency?.type === 'trend' && latency.sketch.count).toBe(
      (sumOf(last, 'livekit_swarm_run_media_latency_seconds_count') ?? 0) -
        (sumOf(last, 'livekit_swarm_run_media_latency_seconds_count', { kind: 'data' }) ?? 0),
    );
    expect(sumOf(last, 'livekit_swarm_run_joins_total', { result: 'joined' })).toBe(
      result.joins.joined,
    );
    const holding = result.thresholds.filter(({ ok }) => ok === true).length;
    expect(sumOf(last, 'livekit_swarm_run_threshold_met')).toBe(holding);

    // Prometheus treats a counter that falls as reset.
    for (const [index, series] of scrapes.entries()) {
      for (const { name, labels, value } of series) {
        if (!/_(total|count|bucket)$/.test(name)) continue;
        const before = sumOf(scrapes[index - 1] ?? [], name, labels) ?? 0;
        if (name.startsWith('livekit_swarm_run_')) expect(value).toBeGreaterThanOrEqual(before);
      }
    }
    for await (const line of recordLines(record)) {
      if (line.type === 'participant') expect(JSON.stringify(last)).not.toContain(line.identity);
    }
  });

  it('requires a token where one is set, and does not wait for a scrape when there never was one', async () => {
    const dir = scratch();
    const swarm = startSwarm(
      [
        '--rooms',
        '1',
        '--duration',
        '2s',
        '--json',
        '--quiet',
        '--metrics',
        ':0',
        '--record',
        `${dir}/record`,
      ],
      { SWARM_METRICS_TOKEN: 'let-me-in' },
      dir,
    );
    const url = await urlIn(swarm);
    const refused = await fetch(url);
    expect(refused.status).toBe(401);
    expect(await refused.text()).not.toContain('swarm_');
    await swarm.ended;
    const record = await readRecord(`${dir}/record`);
    expect(record.end?.reason).toBe('completed');
  });

  it.each([
    ['nonsense', '"nonsense" is not an address to listen on'],
    [':99999', 'there is no port 99999'],
    ['192.0.2.1:9464', 'cannot listen on 192.0.2.1:9464: this host has no such address'],
  ])('refuses --metrics %s before anything is started', async (address, message) => {
    const { exit, stdout, stderr } = await runSwarm([
      '--rooms',
      '1',
      '--metrics',
      address,
      '--json',
    ]);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
