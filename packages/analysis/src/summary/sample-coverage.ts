import { COORDINATOR_SHARD, type RecordLine } from '@livekit-swarm/record';

interface Coverage {
  /** All intervals of its samples, ms. */
  measuredMs: number;
  lastAt: number;
  /** When the last of its participants was to leave, ms after the start. */
  hostedUntilMs: number;
  died: boolean;
}

/** The last sample is taken when participants begin to leave: by the clock of their host, which may be a little behind, ms. */
const TAIL_MS = 1_500;

/**
 * How much of the time for which a shard hosted participants its samples cover. Each measures from the one before, however late it is, so that on a busy host
 * nothing is missing; samples that were lost on the way, or not written, are.
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
        // Its participants have no result, which is a finding of its own.
        if (line.event === 'worker_died' && line.shard !== undefined)
          this.#shard(line.shard).died = true;
        return;
    }
  }

  /** The shard with the largest missing share, from 0 to 1; null: no shard hosted participants. */
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
