/** One session of `swarm regions`, in a network namespace of its own. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ApiCredentials,
  generateCredentials,
  type ProgramBinary,
  type Regions,
  startRegions,
} from '@livekit-swarm/lab';
import { deploymentAt, LoadGuard, makeToken, readAnnouncedPaths } from '@livekit-swarm/livekit';
import type { AnnouncedFact, LossFact, RegionFacts, RegionPlan } from '@livekit-swarm/ready';
import { openRecord } from '@livekit-swarm/record';
import {
  type Deployment,
  type LiveRun,
  run,
  runningDeployment,
  workersInNetworks,
} from '@livekit-swarm/runner';
import { expandPlan } from '@livekit-swarm/scenario';
import { messageOf } from '@livekit-swarm/settings';
import { impairProgram } from '@livekit-swarm/webrtc';
import {
  joinFacts,
  latencyFacts,
  RegionLines,
  type RegionNaming,
  returnsAfter,
  usersAfterLoss,
} from './collect-facts.ts';
import { type EntryRouter, startEntryRouter } from './entry-router.ts';
import { type RegionPhase, regionScenario, roomName, USERS_PER_ROOM } from './region-scenario.ts';

export interface RegionSession {
  plan: RegionPlan;
  /** livekit-server of every node. */
  binary: ProgramBinary;
  /** Folder of the records and logs. */
  folder: string;
  version: string;
}

export type RegionProgress =
  | { type: 'preparing'; line: string }
  | { type: 'phase'; phase: RegionPhase };

/** Time that participants stay, s. */
const HOME_SECONDS = 10;
const ACROSS_SECONDS = 14;
/** Time in which users of a phase connect, and media begins, ms. */
const SETTLED_MS = 6_000;
/** Longest further time until all users are connected before a region is lost, ms. */
const JOINED_WITHIN_MS = 20_000;
/** Shortest time that a loss is watched: as long as a client waits for the answer to a ping, ms. */
const LEAST_WATCH_MS = 25_000;
/** Time after the last return in which media must arrive, ms. */
const MEDIA_WITHIN_MS = 8_000;
const LOOK_MS = 500;

/**
 * Starts the regions, joins users of all of them to rooms, and loses one if the file asks for it.
 * @throws SwarmError when the servers cannot be started, or no participant can join
 */
export const runRegionSession = async (
  { plan, binary, folder, version }: RegionSession,
  onProgress: (progress: RegionProgress) => void,
  stop: AbortSignal,
): Promise<RegionFacts> => {
  const credentials = generateCredentials();
  const { kind, sortBy } = plan.selector;
  await using regions = await startRegions({
    dir: join(folder, 'lab'),
    regions: plan.regions.map((region) => ({
      ...region,
      usesRedis:
        (plan.sharedRedis === null
          ? region.redis
          : plan.regions.find(({ name }) => name === plan.sharedRedis)?.redis) ?? '',
    })),
    ...{ rttMs: plan.rttMs, loss: plan.loss, credentials, binary },
    nodeSelector: {
      ...{ kind, sort_by: sortBy },
      // All nodes share this machine: its load is not that of one of them.
      sysload_limit: 1_000,
      ...(kind === 'regionaware' && {
        regions: plan.regions.map(({ name, latitude, longitude }) => ({
          ...{ name, lat: latitude, lon: longitude },
        })),
      }),
    },
    impairProgram: impairProgram(),
    onProgress: (line) => onProgress({ type: 'preparing', line }),
    signal: stop,
  });
  const { nodes } = regions;
  await using router = await startEntryRouter({ ...credentials, plan, nodes });
  const naming: RegionNaming = { plan, nodes, nodeNames: await readNodeNames(regions) };
  const phase = async (
    name: RegionPhase,
    seconds: number,
    during: (live: LiveRun, lines: RegionLines) => Promise<void> = async () => {},
  ): Promise<{ lines: RegionLines; version: string | null; impaired: string[] }> => {
    stop.throwIfAborted();
    onProgress({ type: 'phase', phase: name });
    const ended = await runPhase(name, seconds, during);
    // What an interrupted run has measured does not answer the questions.
    stop.throwIfAborted();
    return ended;
  };
  const runPhase = async (
    name: RegionPhase,
    seconds: number,
    during: (live: LiveRun, lines: RegionLines) => Promise<void>,
  ) => {
    const scenario = regionScenario(plan, name, seconds, {
      endpoint: router.endpoint,
      servers: nodes.map(({ url }) => url),
    });
    const lines = new RegionLines();
    let acting: Promise<void> = Promise.resolve();
    const { decision } = await run({
      deployment: deploymentOf(regions, credentials),
      // Nothing leaves the namespace of this process.
      guard: LoadGuard.ofOwnServer({ allow: [], deny: [], confirmed: [] }, 'run'),
      run: name,
      plan: expandPlan(scenario, name),
      allocation: { workers: plan.regions.length, threads: 1 },
      placement: workersInNetworks(
        plan.regions.map((region, position) => ({
          network: regions.network.users[position] ?? '',
          labels: { region: region.name },
        })),
      ),
      signalling: 'auto',
      reconnectPolicy: 'app',
      record: openRecord(join(folder, name)),
      ...{ version, stop },
      onLine: lines.add,
      onStart: (live) => {
        acting = during(live, lines);
        // It is awaited when the run has ended.
        acting.catch(() => live.stop());
      },
    });
    await acting;
    const joined = [...lines.joined.values()];
    return {
      lines,
      version: joined.find((one) => one.serverVersion !== undefined)?.serverVersion ?? null,
      impaired: decision.health.map(({ code }) => code),
    };
  };

  const announced: AnnouncedFact[] = [];
  await regions.network.forgetTraffic();
  const home = await phase('home', HOME_SECONDS, async () => {
    await sleep(SETTLED_MS, undefined, { signal: stop });
    announced.push(...(await readAnnounced(plan, nodes, credentials, naming)));
  });
  const traffic = await regions.network.traffic();
  const across = await phase('across', ACROSS_SECONDS);
  const loss =
    plan.lose === null ? null : await loseRegion(plan.lose, regions, router, naming, phase, stop);
  const both = [home, across];
  const nameOf = (position: number): string => plan.regions[position]?.name ?? '';
  return {
    serverVersion: home.version,
    nodes: nodes.map(({ name, site, region, address }) => ({
      ...{ name, site: nameOf(site), region, address },
      id: [...naming.nodeNames].find(([, one]) => one === name)?.[0] ?? null,
    })),
    joins: both.flatMap(({ lines }) => joinFacts(lines, naming, router.entryOf)),
    latencies: both.flatMap(({ lines }) => latencyFacts(lines, naming)),
    announced,
    traffic: traffic.map(({ users, address, packets }) => ({
      ...{ user: nameOf(users), address, packets },
    })),
    loss,
    impaired: [...new Set(both.flatMap(({ impaired }) => impaired))],
  };
};

type RunPhase = (
  name: RegionPhase,
  seconds: number,
  during: (live: LiveRun, lines: RegionLines) => Promise<void>,
) => Promise<{ lines: RegionLines }>;

/** Loses the servers of a region while users of every region are in rooms of their own. */
const loseRegion = async (
  region: string,
  regions: Regions,
  router: EntryRouter,
  naming: RegionNaming,
  phase: RunPhase,
  signal: AbortSignal,
): Promise<LossFact> => {
  const { plan } = naming;
  const watchMs = plan.limits.recoveryMs + MEDIA_WITHIN_MS;
  let lostAtMs = 0;
  let lostAt = 0;
  let watchedMs = 0;
  const { lines } = await phase(
    'loss',
    (SETTLED_MS + JOINED_WITHIN_MS + watchMs) / 1_000 + 5,
    async (live, seen) => {
      await sleep(SETTLED_MS, undefined, { signal });
      const deadline = performance.now() + JOINED_WITHIN_MS;
      const isMissing = (): boolean =>
        seen.joined.size + seen.failed.size < USERS_PER_ROOM * plan.regions.length;
      while (isMissing() && performance.now() < deadline)
        await sleep(LOOK_MS, undefined, { signal });
      await regions.network.lose(plan.regions.findIndex(({ name }) => name === region));
      lostAtMs = live.elapsedMs();
      lostAt = performance.now();
      for (let allBackAt: number | null = null; watchedMs < watchMs; ) {
        await sleep(LOOK_MS, undefined, { signal });
        watchedMs = performance.now() - lostAt;
        const back = returnsAfter(seen, naming, region, lostAtMs);
        const lost = [...seen.joined].filter(
          ([, { node }]) =>
            regions.nodes.find(({ name }) => name === naming.nodeNames.get(node ?? ''))?.site ===
            plan.regions.findIndex(({ name }) => name === region),
        );
        if (lost.every(([identity]) => back.has(identity))) allBackAt ??= watchedMs;
        if (
          allBackAt !== null &&
          watchedMs >= Math.max(LEAST_WATCH_MS, allBackAt + MEDIA_WITHIN_MS)
        )
          break;
      }
      live.stop();
    },
  );
  const noticedAt = router.lostAt(region);
  return {
    region,
    movedAfterMs: noticedAt === null ? null : noticedAt - lostAt,
    users: usersAfterLoss(lines, naming, region, lostAtMs),
    watchedMs,
  };
};

/** The first node, for what a run asks the deployment itself. */
const deploymentOf = ({ nodes }: Regions, credentials: ApiCredentials): Deployment =>
  runningDeployment({ url: nodes[0]?.url ?? '', ...credentials });

const NODE_ID = /node_id="([^"]+)"/;

/** Names of the nodes by their ids, which their metrics have. */
const readNodeNames = async ({ nodes }: Regions): Promise<Map<string, string>> => {
  const names = new Map<string, string>();
  for (const { name, metricsUrl } of nodes) {
    const text = await (await fetch(metricsUrl)).text();
    const id = NODE_ID.exec(text)?.[1];
    if (id !== undefined) names.set(id, name);
  }
  return names;
};

/** Longest join of the participant that asks, ms: with a distant Redis, it takes several seconds. */
const ANNOUNCED_WITHIN_MS = 15_000;

/** Asks in the room that users of each region have opened for the addresses of its node. */
const readAnnounced = (
  plan: RegionPlan,
  nodes: Regions['nodes'],
  { apiKey, apiSecret }: ApiCredentials,
  { nodeNames }: RegionNaming,
): Promise<AnnouncedFact[]> =>
  Promise.all(
    plan.regions.map(async ({ name: opener, entry }): Promise<AnnouncedFact> => {
      const room = roomName('home', opener, opener);
      const site = plan.regions.findIndex(({ name }) => name === entry);
      const url = nodes.find((node) => node.site === site)?.url ?? '';
      const token = makeToken({
        ...{ apiKey, apiSecret, room, identity: `swarm-${opener}`, subscribe: true },
        ...{ publish: { audio: false, video: false, data: false }, ttlSeconds: 60 },
      });
      const nothing = { opener, room, node: null, candidates: [], relays: [] };
      try {
        const read = await readAnnouncedPaths(deploymentAt(url, 'v0'), token, ANNOUNCED_WITHIN_MS);
        if ('reason' in read) return { ...nothing, failure: read.message };
        const { candidates, turnUrls, node } = read;
        return {
          ...{ opener, room, candidates, relays: turnUrls, node: nodeNames.get(node) ?? null },
          failure: candidates.length === 0 ? `room ${room}: its node announced no address` : null,
        };
      } catch (error) {
        return { ...nothing, failure: messageOf(error) };
      }
    }),
  );
