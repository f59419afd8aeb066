import { aggregate, type MetricName, type MetricReader } from '@livekit-swarm/metrics';
import type { HeaderLine, ParticipantLine } from '@livekit-swarm/record';
import { PATHS } from '@livekit-swarm/scenario';
import { z } from 'zod';
import { RolePaths } from '../participants/role-paths.ts';
import { percentiles, percentilesOf } from './percentiles.ts';

const share = z.number().nullable().describe('From 0 to 1. Null: not measured.');

export const pathSummary = z
  .object({
    path: z.enum(PATHS).describe('Path of the roles. Real clients: auto.'),
    joined: z.number(),
    failed: z.number(),
    selected: z
      .partialRecord(z.enum(PATHS), z.number())
      .describe('Participants by the path of the candidate pair that ICE selected last.'),
    joinTime: percentiles,
    allocationTime: percentiles.describe(
      'Time of allocations on the TURN server, from the first packet; null: nothing was relayed.',
    ),
    loss: share.describe('Downlink, after recovery, from 0 to 1. Null: not measured.'),
    lossBeforeRecovery: share,
    latency: percentiles.describe('One-way latency.'),
    streamDrops: z
      .number()
      .describe('Packets that were not sent because TCP had not delivered those before them.'),
  })
  .meta({ id: 'PathSummary', description: 'Participants that use one path.' });

export type PathSummary = z.infer<typeof pathSummary>;

/** Folds the paths that participants used. */
export class PathFold {
  readonly #roles = new RolePaths();
  readonly #selected = new Map<string, PathSummary['selected']>();

  begin(header: Pick<HeaderLine, 'scenario'>): void {
    this.#roles.begin(header);
  }

  addResult({ group, role, selectedPair }: ParticipantLine): void {
    if (selectedPair === undefined) return;
    const { path = '' } = this.#roles.complete({ group, role });
    const counts = this.#selected.get(path) ?? {};
    counts[selectedPair.path] = (counts[selectedPair.path] ?? 0) + 1;
    this.#selected.set(path, counts);
  }

  /** Summary by path; empty if all participants use `direct`, because the totals are the same. */
  summary(metrics: MetricReader): PathSummary[] {
    const used = PATHS.filter((path) => metrics.measure('join_failures', { path }) !== undefined);
    return used.every((path) => path === 'direct')
      ? []
      : used.map((path) => this.#of(path, metrics));
  }

  #of(path: PathSummary['path'], metrics: MetricReader): PathSummary {
    const joins = metrics.measure('join_failures', { path });
    const { total, hits } = joins?.type === 'rate' ? joins : { total: 0, hits: 0 };
    const rate = (metric: MetricName): number | null =>
      aggregate(metrics.measure(metric, { path }), { type: 'rate' }) ?? null;
    const times = (metric: MetricName) => percentilesOf(metrics.measure(metric, { path }));
    return {
      path,
      joined: total - hits,
      failed: hits,
      selected: this.#selected.get(path) ?? {},
      joinTime: times('join_time'),
      allocationTime: times('turn_allocation_time'),
      loss: rate('packet_loss'),
      lossBeforeRecovery: rate('packet_loss_before_recovery'),
      latency: times('media_latency'),
      streamDrops: aggregate(metrics.measure('stream_drops', { path }), { type: 'count' }) ?? 0,
    };
  }
}
