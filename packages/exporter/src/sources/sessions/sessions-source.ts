import { SESSION_METRICS } from '@livekit-swarm/catalogue';
import { registerFamily } from '@livekit-swarm/catalogue/registry';
import type { Entry } from '@livekit-swarm/sessions';
import {
  createBeaconIngest,
  createLifecycleIngest,
  Journal,
  sessionRoutes,
} from '@livekit-swarm/sessions';
import { Registry } from 'prom-client';
import type { Source, SourceContext } from '../../source.ts';
import type { OnReports } from '../clients/beacon-routes.ts';
import type { LifecycleObserver } from '../lifecycle/lifecycle-source.ts';
import type { SessionAccess, SessionsOptions } from './sessions-options.ts';

/** Interval of writes, ms: entries of this time are lost when the process is killed. */
const WRITE_EVERY_MS = 1_000;
const PRUNE_EVERY_MS = 60_000;

export interface SessionsSource extends Source {
  /** Consumer of reports, for the source `clients`. */
  readonly onReports: OnReports;
  /** Observer of webhooks and registries, for the source `lifecycle`. */
  readonly observer: LifecycleObserver;
}

/** Create the source of the session journal and its pages. */
export const createSessionsSource = (
  { file, retentionMs, maxBytes, isProtected }: SessionsOptions & SessionAccess,
  context: SourceContext,
  now: () => number = Date.now,
): SessionsSource => {
  const registry = new Registry();
  const metrics = registerFamily(registry, SESSION_METRICS);
  const lifecycle = createLifecycleIngest();
  const reports = createBeaconIngest(lifecycle.nodeOf);
  let journal: Journal | null = null;
  let writing: NodeJS.Timeout | undefined;
  let pruning: NodeJS.Timeout | undefined;
  let hasFailed = false;
  let dropped = 0;

  const add = (entries: readonly Entry[]): void => {
    for (const entry of entries) journal?.add(entry);
  };
  /**
   * Work on the open journal. An error is logged once until a success: the disk may be full for
   * hours.
   */
  const attempt = (work: (open: Journal) => void): void => {
    if (journal === null) return;
    const began = performance.now();
    try {
      work(journal);
      if (hasFailed) context.log('the journal can be written again');
      hasFailed = false;
    } catch (error) {
      if (!hasFailed) context.error(`${file}: ${error instanceof Error ? error.message : error}`);
      hasFailed = true;
    }
    context.up(!hasFailed);
    const { livekit_swarm_session_journal_entries_total: entries } = metrics;
    entries.inc({ result: 'dropped' }, journal.dropped - dropped);
    dropped = journal.dropped;
    metrics.livekit_swarm_session_journal_write_seconds_total.inc(
      (performance.now() - began) / 1_000,
    );
    metrics.livekit_swarm_session_journal_bytes.set(journal.bytes);
  };
  const write = (): void =>
    attempt((open) =>
      metrics.livekit_swarm_session_journal_entries_total.inc({ result: 'written' }, open.flush()),
    );
  /** Delete old rows step by step, so that requests are served in between. */
  const prune = (): void =>
    attempt((open) => {
      if (open.prune(now())) setImmediate(prune);
    });

  return {
    name: 'sessions',
    registry,
    routes: sessionRoutes({
      database: () => journal?.database ?? null,
      flush: write,
      deleteIdentity: (identity) => journal?.deleteIdentity(identity) ?? 0,
      now,
      isProtected,
    }),
    onReports: (counted) => add(reports(counted, now())),
    observer: {
      onWebhook: (target, event) => add(lifecycle.onWebhook(target, event)),
      onRegistry: (target, view, nowMs) => add(lifecycle.onRegistry(target, view, nowMs)),
    },
    start: async () => {
      journal = new Journal(file, { retentionMs, maxBytes });
      writing = setInterval(write, WRITE_EVERY_MS);
      pruning = setInterval(prune, PRUNE_EVERY_MS);
      prune();
    },
    stop: async () => {
      clearInterval(writing);
      clearInterval(pruning);
      const open = journal;
      journal = null;
      open?.close();
    },
  };
};
