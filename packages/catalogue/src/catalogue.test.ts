import { describe, expect, it } from 'vitest';
import { CATALOGUE, type NamedEntry } from './index.ts';

const PREFIXES: Record<string, string> = {
  run: 'livekit_swarm_run_',
  probe: 'livekit_swarm_probe_',
  lifecycle: 'livekit_swarm_lifecycle_',
  agents: 'livekit_swarm_agents_',
  client: 'livekit_swarm_client_',
  session: 'livekit_swarm_session_',
  chaos: 'livekit_swarm_chaos_',
  exporter: 'livekit_swarm_exporter_',
};
const all = Object.entries(CATALOGUE).flatMap(([family, entries]) =>
  entries.map((entry) => [family, entry] as const),
);

describe('catalogue', () => {
  it.each(all)(
    '%s: $name keeps to the conventions of Prometheus',
    (family, { name, type, help, labels, buckets, appears, why }) => {
      expect(name).toMatch(new RegExp(`^${PREFIXES[family]}[a-z][a-z_]*[a-z]$`));
      expect(name.endsWith('_total')).toBe(type === 'counter');
      // Suffixes with another meaning for Prometheus, and units that are not base units.
      expect(name).not.toMatch(/_(count|sum|bucket|milliseconds|ms|percent|kilobytes|minutes)$/);
      expect(help).toMatch(/^\S.*[^.\s]$/);
      // OpenMetrics requires escaped quotes where the text format does not.
      expect(help).not.toMatch(/["\\\n]/);
      expect(new Set(labels).size).toBe(labels.length);
      expect(labels).not.toContain('participant');
      if (type === 'histogram') {
        expect(buckets).toEqual([...(buckets ?? [])].sort((a, b) => a - b));
        expect(labels).not.toContain('le');
      }
      if (type !== 'summary') expect(labels).not.toContain('quantile');
      expect(why !== undefined).toBe(appears === 'first_use');
    },
  );

  it('lists values only for labels of the metric', () => {
    for (const [, { labels, values = {} }] of all)
      expect(labels).toEqual(expect.arrayContaining(Object.keys(values)));
  });

  it('has each name once, also among the series of histograms', () => {
    const series = all.flatMap(([, { name, type }]: readonly [string, NamedEntry]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name],
    );
    expect(new Set(series).size).toBe(series.length);
  });

  it('has room labels only for rooms on a list', () => {
    expect(
      all.filter(([, { labels }]) => labels.includes('room')).map(([, { name }]) => name),
    ).toEqual(['livekit_swarm_client_room_quality_score', 'livekit_swarm_client_room_loss_ratio']);
  });
});
