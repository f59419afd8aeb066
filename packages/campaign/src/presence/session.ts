/** One load of `swarm presence`, during which the deployment reports about it. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type EvaluatedRun,
  isRun,
  type NoRun,
  type SourcedThreshold,
} from '@livekit-swarm/analysis';
import { type ApiCredentials, generateCredentials } from '@livekit-swarm/lab';
import type { ApiTarget } from '@livekit-swarm/livekit';
import {
  expectWebhook,
  judgePresence,
  type ListenAddress,
  listedRooms,
  listenForWebhooks,
  type Presence,
  type PresenceJudgement,
  PresenceWatch,
  pollListing,
  type WebhookListener,
} from '@livekit-swarm/presence';
import type { LiveRun } from '@livekit-swarm/runner';
import type { Scenario } from '@livekit-swarm/scenario';
import { urlHost } from '@livekit-swarm/settings';
import { type Deployed, deploy, pathsOf } from '../deploy.ts';
import { type PlannedRun, planRun, type RunRequest } from '../plan-run.ts';
import { type RunConditions, runOnce } from '../run-once.ts';
import type { Target } from '../target.ts';

export interface PresenceCheck {
  scenario: Scenario;
  target: Target;
  /** Address at which webhooks are received. */
  listen: ListenAddress;
  /** Longest wait for webhooks after the load, ms. */
  waitMs: number;
  /** Time between two polls of the API, ms. */
  pollMs: number;
  thresholds: readonly SourcedThreshold[];
  request: Pick<RunRequest, 'guard' | 'signalling' | 'workers'>;
  conditions: Pick<RunConditions, 'interruption' | 'observer' | 'version'>;
  /** Folder of the record. */
  folder: string;
  onProgress: (progress: PresenceProgress) => void;
}

export type PresenceProgress =
  /** @param address `127.0.0.1:9470` */
  | { type: 'listening'; address: string }
  /** The load is over, and webhooks may still come. */
  | { type: 'waiting'; atMostMs: number };

export interface PresenceOutcome {
  run: EvaluatedRun;
  serverVersion: string | null;
  presence: Presence;
  judgement: PresenceJudgement;
}

/** No webhook comes any more after that time without one, ms. */
const QUIET_MS = 2_000;
const LOOK_MS = 500;

/**
 * Runs a load while it receives the webhooks of the deployment and asks its API, and compares.
 * @returns what prevented the run, if it did not start
 * @throws SwarmError `usage` before anything was started; SwarmError when no webhook arrives, or the
 * server cannot be started; any error when stopped
 */
export const checkPresence = async (check: PresenceCheck): Promise<PresenceOutcome | NoRun> => {
  const { target, listen, conditions, folder, scenario } = check;
  const planned = planRun({ ...check.request, scenario, target });
  const { stop } = conditions.interruption;
  const keys: ApiCredentials = target.type === 'remote' ? target : generateCredentials();
  await using listener = await listenForWebhooks(listen, keys);
  const address = `${urlHost(listen.host)}:${listener.port}`;
  check.onProgress({ type: 'listening', address });
  const deployed = await deploy(target, {
    dir: folder,
    onProgress: (line) => conditions.observer.onEvent({ type: 'preparing', line }),
    signal: stop,
    offers: pathsOf(planned.plan),
    webhooks: { url: `http://${address}/`, credentials: keys },
  });
  try {
    stop.throwIfAborted();
    await expectWebhook(deployed, listener, address, stop);
    return await runWatched(check, planned, deployed, listener);
  } finally {
    await deployed.stop();
  }
};

const runWatched = async (
  { conditions, folder, thresholds, ...check }: PresenceCheck,
  { request, ...plannedRun }: PlannedRun,
  { url, apiUrl, apiKey, apiSecret, serverVersion }: Deployed,
  listener: WebhookListener,
): Promise<PresenceOutcome | NoRun> => {
  const { stop } = conditions.interruption;
  const target: ApiTarget = { url, apiUrl, apiKey, apiSecret };
  // A server that was started for this check is there already.
  const there: Target = {
    type: 'remote',
    url,
    apiKey,
    apiSecret,
    ...(apiUrl !== undefined && { apiUrl }),
  };
  const planned: PlannedRun = { ...plannedRun, request: { ...request, target: there } };
  const watch = new PresenceWatch(planned.plan, planned.name);
  const over = new AbortController();
  let polling: Promise<void> = Promise.resolve();
  let live: LiveRun | null = null;
  // Where a join creates no room, the first rooms are created before the run begins.
  const early: Parameters<WebhookListener['onEvent']>[] = [];
  listener.onEvent = (...arrival) => void early.push(arrival);
  const watchRun = (started: LiveRun): void => {
    live = started;
    listener.onEvent = (event, arrivedAt) =>
      watch.addWebhook(event, started.elapsedMs() - (performance.now() - arrivedAt));
    for (const arrival of early.splice(0)) listener.onEvent(...arrival);
    polling = pollListing({
      ...{ target, rooms: watch.rooms, intervalMs: check.pollMs, signal: over.signal },
      elapsedMs: () => started.elapsedMs(),
      onPoll: (poll) => watch.addPoll(poll),
    });
  };
  try {
    const run = await runOnce(planned, {
      ...conditions,
      recordDir: folder,
      observer: {
        ...conditions.observer,
        onLine: (line) => watch.addLine(line),
        onStart: watchRun,
      },
    });
    if (!isRun(run)) return run;
    stop.throwIfAborted();
    check.onProgress({ type: 'waiting', atMostMs: check.waitMs });
    const openRooms = await waitForWebhooks(watch, live, target, check.waitMs, stop);
    const presence = watch.compare(openRooms);
    const { sessions, polls, metrics } = presence;
    const judgement = judgePresence(metrics, thresholds, {
      sessions,
      isUnanswered: polls.answered === 0 && polls.failed > 0,
      isImpaired: run.decision.health.length > 0,
    });
    return { run, serverVersion, presence, judgement };
  } finally {
    over.abort();
    await polling;
  }
};

/**
 * Waits until everything was reported and no room of the run is left, or the time is over. A room
 * that others use may never close.
 * @returns rooms of the run that are left; null: the API did not answer
 */
const waitForWebhooks = async (
  watch: PresenceWatch,
  live: LiveRun | null,
  target: ApiTarget,
  waitMs: number,
  stop: AbortSignal,
): Promise<ReadonlySet<string> | null> => {
  const end = performance.now() + waitMs;
  for (;;) {
    const openRooms = await listedRooms(target, watch.ownRooms);
    if (performance.now() >= end) return openRooms;
    const { findings } = watch.compare(openRooms);
    const isComplete = !findings.some(
      (finding) => finding.code === 'missed' || ('isOver' in finding && !finding.isOver),
    );
    const isQuiet = live !== null && watch.quietMs(live.elapsedMs()) >= QUIET_MS;
    if (openRooms?.size === 0 && isComplete && isQuiet) return openRooms;
    await sleep(LOOK_MS, undefined, { signal: stop });
  }
};
