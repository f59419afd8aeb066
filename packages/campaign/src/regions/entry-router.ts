/**
 * Token endpoint that sends the users of each region to a server: to that of their entry, or while
 * its servers do not answer, to the nearest region whose servers do.
 */
import { type ApiCredentials, type RegionNode, ROUTER } from '@livekit-swarm/lab';
import { startTokenServer } from '@livekit-swarm/livekit';
import type { RegionPlan } from '@livekit-swarm/ready';

export interface EntryRouter extends AsyncDisposable {
  /** URL of the endpoint for users of a region. */
  endpoint(region: string): string;
  /** Region to which a user was sent first; null: it did not ask. */
  entryOf(identity: string): string | null;
  /** Time on the clock of `performance.now()` since which a region is taken for lost; null: it is not. */
  lostAt(region: string): number | null;
}

export interface EntryRouterOptions extends ApiCredentials {
  plan: RegionPlan;
  nodes: readonly RegionNode[];
}

const CHECK_EVERY_MS = 1_000;
const CHECK_TIMEOUT_MS = 1_000;
/** Failed checks in a row after which a region is taken for lost. */
const FAILURES = 3;

/** Starts the endpoint at the router of the network. */
export const startEntryRouter = async (options: EntryRouterOptions): Promise<EntryRouter> => {
  const { plan, nodes, apiKey, apiSecret } = options;
  const names = plan.regions.map(({ name }) => name);
  const failures = new Map<string, number>();
  const lost = new Map<string, number>();
  const entries = new Map<string, string>();
  /** Where rooms are open, if clusters do not know the rooms of each other. */
  const homes = new Map<string, string>();
  let turn = 0;

  const nodesOf = (region: string): readonly RegionNode[] =>
    nodes.filter(({ site }) => names[site] === region);
  const check = async (region: string): Promise<void> => {
    const answers = await Promise.all(
      nodesOf(region).map(({ httpUrl }) =>
        fetch(`${httpUrl}/`, { signal: AbortSignal.timeout(CHECK_TIMEOUT_MS) }).then(
          () => true,
          () => false,
        ),
      ),
    );
    const failed = answers.includes(true) ? 0 : (failures.get(region) ?? 0) + 1;
    failures.set(region, failed);
    // A busy host may miss several answers of a region that is there.
    if (failed === 0) lost.delete(region);
    else if (failed === FAILURES) lost.set(region, performance.now());
  };
  const timer = setInterval(() => {
    for (const name of names) if (nodesOf(name).length > 0) void check(name);
  }, CHECK_EVERY_MS);
  timer.unref();

  const isUp = (region: string): boolean => !lost.has(region) && nodesOf(region).length > 0;
  const regionFor = (user: string): string => {
    const position = names.indexOf(user);
    const { entry = user } = plan.regions[position] ?? {};
    const near = names
      .filter(isUp)
      .toSorted(
        (a, b) =>
          (plan.rttMs[position]?.[names.indexOf(a)] ?? 0) -
          (plan.rttMs[position]?.[names.indexOf(b)] ?? 0),
      );
    return isUp(entry) ? entry : (near[0] ?? entry);
  };
  const choose = (user: string, room: string): string => {
    if (plan.sharedRedis !== null) return regionFor(user);
    const home = homes.get(room);
    if (home !== undefined && isUp(home)) return home;
    const next = regionFor(user);
    homes.set(room, next);
    return next;
  };
  const server = await startTokenServer({
    ...{ host: ROUTER, apiKey, apiSecret },
    publish: { audio: true, video: false, data: false },
    serverFor: ({ room, identity }, path) => {
      const region = choose(/^\/token\/([^/]+)$/.exec(path)?.[1] ?? '', room);
      if (!entries.has(identity)) entries.set(identity, region);
      const candidates = nodesOf(region);
      return candidates[turn++ % candidates.length]?.url ?? '';
    },
  });
  return {
    endpoint: (region) => `${server.url}/token/${region}`,
    entryOf: (identity) => entries.get(identity) ?? null,
    lostAt: (region) => lost.get(region) ?? null,
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await server[Symbol.asyncDispose]();
    },
  };
};
