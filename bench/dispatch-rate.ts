/**
 * `node scripts/run.mjs --no-engine bench/dispatch-rate.ts [--versions 1.11.0,1.13.5] [--setups alone,redis]
 * [--by api,room,automatic] [--rates 5,10,20,30,50] [--seconds 10] [--repeats 5] [--workers 10]
 * [--rejecting 0] [--warm-up 0]`: time
 * from the dispatch of an agent until a worker is assigned, by the rate of new rooms. Each rate has
 * fresh servers, as one that was too high leaves a queue behind. `alone`: one livekit-server;
 * `redis`: two with Redis, half of the workers at each. `--rejecting`: workers without a name that
 * reject every job, at each server. `--warm-up`: seconds between a first dispatch and the measured ones. Medians over the repeats, with the smallest
 * and the largest. The table of docs/track-record.md, "Dispatch of voice agents".
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  carriedRate,
  measureDispatchRate,
  RATE_DISPATCHES,
  type RateDispatch,
  type RateResult,
} from '@livekit-swarm/agents';
import { LIVEKIT_VERSIONS, type LiveKitVersion, startCluster } from '@livekit-swarm/lab';
import type { ApiTarget } from '@livekit-swarm/livekit';
import { spread } from './spread.ts';

const { values } = parseArgs({
  options: {
    versions: { type: 'string', default: '1.11.0,1.13.5' },
    setups: { type: 'string', default: 'alone,redis' },
    by: { type: 'string', default: RATE_DISPATCHES.join(',') },
    rates: { type: 'string', default: '5,10,20,30,50' },
    seconds: { type: 'string', default: '10' },
    repeats: { type: 'string', default: '5' },
    workers: { type: 'string', default: '10' },
    rejecting: { type: 'string', default: '0' },
    'warm-up': { type: 'string', default: '0' },
  },
});

const NODES: Readonly<Record<string, number>> = { alone: 1, redis: 2 };
const LIMIT_MS = 1_000;
const rates = values.rates.split(',').map(Number);
const repeats = Number(values.repeats);
const stop = new AbortController().signal;

const isDispatch = (text: string): text is RateDispatch =>
  RATE_DISPATCHES.some((one) => one === text);

const versions = LIVEKIT_VERSIONS.filter((one) => values.versions.split(',').includes(one));

/** One rate on servers of its own. */
const measure = async (
  version: LiveKitVersion,
  nodes: number,
  by: RateDispatch,
  rate: number,
): Promise<RateResult> => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-bench-'));
  try {
    await using cluster = await startCluster({ dir, nodes, version });
    const targets = cluster.nodes.map(
      ({ url }): ApiTarget => ({ url, apiKey: cluster.apiKey, apiSecret: cluster.apiSecret }),
    );
    const [target] = targets;
    if (target === undefined) throw new Error('a cluster has nodes');
    return await measureDispatchRate({
      ...{ target, nodes: targets, by, rate, stop },
      prefix: `bench-${rate}`,
      workers: Number(values.workers),
      rejectingWorkers: Number(values.rejecting),
      warmUpMs: Number(values['warm-up']) * 1_000,
      forMs: Number(values.seconds) * 1_000,
      waitMs: 15_000,
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const text = (figures: readonly number[]): string =>
  figures.length === 0 ? '–' : spread(figures, 0);

console.log(
  '| version | setup | dispatch | rooms/s | assigned p50, ms | p95, ms | API p50, ms | lost | late calls p95, ms |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const version of versions)
  for (const setup of values.setups.split(','))
    for (const by of values.by.split(',').filter(isDispatch)) {
      const carried: number[] = [];
      const runs: RateResult[][] = rates.map(() => []);
      for (let repeat = 0; repeat < repeats; repeat++) {
        for (const [index, rate] of rates.entries())
          runs[index]?.push(await measure(version, NODES[setup] ?? 1, by, rate));
        const results = runs.flatMap((all) => all[repeat] ?? []);
        carried.push(carriedRate(results, LIMIT_MS) ?? 0);
      }
      for (const [index, rate] of rates.entries()) {
        const all = runs[index] ?? [];
        const of = (figure: (one: RateResult) => number | undefined): string =>
          text(all.flatMap((one) => figure(one) ?? []));
        const cells = [
          of(({ assignedMs }) => assignedMs?.p50),
          of(({ assignedMs }) => assignedMs?.p95),
          of(({ answeredMs }) => answeredMs?.p50),
          of(({ lost, failedCalls }) => lost + failedCalls),
          of(({ callsLateMs }) => callsLateMs),
        ];
        console.log(`| ${[version, setup, by, rate, ...cells].join(' | ')} |`);
      }
      console.log(
        `| ${version} | ${setup} | ${by} | carried below 1 s | ${text(carried)} | | | | |`,
      );
    }
