import { MetricSet } from '@livekit-swarm/metrics';
import type { ListenerEnd, ListenerFact } from '../listener/fact.ts';

/** Counts of an audience at a moment. */
export interface AudienceCounts {
  /** Listeners that set out. */
  listeners: number;
  started: number;
  playing: number;
  failed: number;
  streamsEnded: number;
  segments: number;
  bytes: number;
}

/** Turns facts of listeners into metrics. */
export class AudienceMeasure {
  readonly metrics = new MetricSet();
  readonly counts: AudienceCounts = {
    ...{ listeners: 0, started: 0, playing: 0, failed: 0, streamsEnded: 0, segments: 0, bytes: 0 },
  };
  /** Requests for which this host had no socket. */
  noSockets = 0;
  /** When listeners began to play, ms since 1970, by their numbers. */
  readonly #startedAt = new Map<number, number>();

  constructor() {
    // What did not happen is zero, not unknown.
    this.metrics.count('hls_stalls', {}, 0);
    this.metrics.count('hls_stale', {}, 0);
  }

  setOut(): void {
    this.counts.listeners++;
  }

  add(listener: number, fact: ListenerFact): void {
    const { metrics, counts } = this;
    switch (fact.type) {
      case 'playlist':
        counts.bytes += fact.bytes;
        metrics.rate('hls_errors', {}, 0, 1);
        metrics.trend('hls_playlist_time').add(fact.tookMs);
        if (fact.age !== null)
          metrics.trend('hls_live_age', {}, fact.age.uncertaintyMs).add(Math.max(0, fact.age.ms));
        if (fact.behindMs !== null) metrics.trend('hls_delay').add(Math.max(0, fact.behindMs));
        return;
      case 'segment':
        counts.segments++;
        counts.bytes += fact.bytes;
        metrics.rate('hls_errors', {}, 0, 1);
        metrics.rate('hls_skipped', {}, 0, 1);
        metrics.trend('hls_segment_time').add(fact.tookMs);
        return;
      case 'started':
        counts.started++;
        counts.playing++;
        this.#startedAt.set(listener, fact.atMs);
        metrics.trend('hls_startup_time').add(fact.startupMs);
        return;
      case 'stalled':
        metrics.count('hls_stalls', {}, 1);
        metrics.trend('hls_stall_time').add(fact.toMs - fact.fromMs);
        metrics.rate('hls_stalled', {}, fact.toMs - fact.fromMs, 0);
        return;
      case 'skipped':
        metrics.rate('hls_skipped', {}, fact.segments, fact.segments);
        return;
      case 'stale':
        metrics.count('hls_stale', {}, 1);
        return;
      case 'problem':
        if (fact.problem.code === 'no_socket') this.noSockets++;
        metrics.rate('hls_errors', {}, 1, 1);
        return;
      case 'ended':
        this.#end(listener, fact.end, fact.atMs);
        return;
      case 'discontinuity':
      case 'older_playlist':
      case 'restarted':
      case 'stale_unknown':
      case 'left_out':
        return;
    }
  }

  #end(listener: number, end: ListenerEnd, atMs: number): void {
    const { metrics, counts } = this;
    const startedAtMs = this.#startedAt.get(listener);
    if (end === 'failed') counts.failed++;
    if (end === 'stream_ended') counts.streamsEnded++;
    metrics.rate('hls_start_failures', {}, startedAtMs === undefined ? 1 : 0, 1);
    if (startedAtMs === undefined) return;
    counts.playing--;
    metrics.rate('hls_stalled', {}, 0, atMs - startedAtMs);
  }
}
