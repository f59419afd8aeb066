import { COORDINATOR_SHARD, type RecordLine } from '@livekit-swarm/record';

interface Coverage {
  /** Sum of the intervals of the shard's samples, ms. */
  measuredMs: number;
  lastAt: number;
  /** Scheduled time at which the last participant of the shard leaves, ms after the start. */
  hostedUntilMs: number;
  died: boolean;
}

/**
 * Time between the last sample and the last departure that is not missing, ms: the last sample is
 * taken when participants begin to leave, by the clock of their host, which may be slightly behind.
 */
const TAIL_MS = 1_500;

/**
 * Share of the time with participants that the samples of a shard cover. A sample covers the time
 * since the previous one, however late it is, so no time is missing on a busy host. Samples that
 * were lost on their way or never written leave time uncovered.
 */
export class SampleCoverage {
  readonly #shards = new Map<number, Coverage>();

  add(line: RecordLine): void {
    switch (line.type) {
      case 'sample': {
        if (line.shard === COORDINATOR_SHARD) return;
        const shard = this.#shard(line.shard);
        shard.measuredMs += line.intervalMs;
        shard.lastAt = Math.max(shard.lastAt, line.at);
        return;
      }
      case 'participant': {
        const shard = this.#shard(line.shard);
        if (line.outcome === 'left')
          shard.hostedUntilMs = Math.max(shard.hostedUntilMs, Math.min(line.leaveAtMs, line.at));
        return;
      }
      case 'event':
        // The participants of a dead worker have no result, which is a finding of its own.
        if (line.event === 'process_died' && line.shard !== undefined)
          this.#shard(line.shard).died = true;
        return;
    }
  }

  /** Shard with the largest missing share, from 0 to 1; null: no shard hosted participants. */
  worst(): { shard: number; share: number } | null {
    const shares = [...this.#shards]
      .filter(([, { died }]) => !died)
      .map(([shard, coverage]) => ({ shard, share: missingShare(coverage) }));
    return shares.length === 0 ? null : shares.reduce((a, b) => (b.share > a.share ? b : a));
  }

  #shard(shard: number): Coverage {
    const known = this.#shards.get(shard) ?? {
      ...{ measuredMs: 0, lastAt: 0, hostedUntilMs: 0, died: false },
    };
    this.#shards.set(shard, known);
    return known;
  }
}

const missingShare = ({ measuredMs, lastAt, hostedUntilMs }: Coverage): number => {
  const tailMs = hostedUntilMs - lastAt;
  const missingMs = Math.max(0, lastAt - measuredMs) + (tailMs > TAIL_MS ? tailMs : 0);
  const totalMs = Math.max(lastAt, hostedUntilMs);
  return totalMs > 0 ? missingMs / totalMs : 0;
};
