/** Token endpoint that moves users between sites, as DNS with health checks or an application does. */
import { startTokenServer } from '@livekit-swarm/livekit';

/** Site of a deployment: a cluster of its own. */
export interface Site {
  /** Name: `site-a`. */
  name: string;
  /** Signal URL for clients. */
  url: string;
  httpUrl: string;
}

export interface SiteRouter extends AsyncDisposable {
  /** URL of the token endpoint. */
  readonly url: string;
  /** Site to which new users are sent. */
  active(): Site;
}

export interface SiteRouterOptions {
  /** Sites in order of preference. */
  sites: readonly [Site, ...Site[]];
  apiKey: string;
  apiSecret: string;
  /** Interval between checks of a site, ms. Default 1,000. */
  checkEveryMs?: number;
  /** Receives each move. @param to name of the site to which new users are sent from now on */
  onMove(to: string): void;
}

const CHECK_EVERY_MS = 1_000;
const CHECK_TIMEOUT_MS = 1_000;
/** Checks in a row after which a site is taken for lost, or for back. */
const FAILURES = 3;
const SUCCESSES = 5;

/**
 * Starts the endpoint on loopback. It checks every site each second, and sends new users to the
 * first site that is up: away from it after three failed checks, back after five successful ones.
 */
export const startSiteRouter = async ({
  sites,
  apiKey,
  apiSecret,
  checkEveryMs = CHECK_EVERY_MS,
  onMove,
}: SiteRouterOptions): Promise<SiteRouter> => {
  const health = new Map(sites.map((site) => [site.name, { up: true, streak: 0 }]));
  let active = sites[0];
  let isClosed = false;
  const check = async (site: Site): Promise<void> => {
    const answers = await fetch(`${site.httpUrl}/`, {
      signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
    }).then(
      ({ ok }) => ok,
      () => false,
    );
    const state = health.get(site.name);
    // A check of the last second may end after the name that its move would change.
    if (state === undefined || isClosed) return;
    state.streak = answers === state.up ? 0 : state.streak + 1;
    if (state.streak < (state.up ? FAILURES : SUCCESSES)) return;
    state.up = answers;
    state.streak = 0;
    const next = sites.find(({ name }) => health.get(name)?.up === true) ?? active;
    if (next === active) return;
    active = next;
    onMove(active.name);
  };
  const timer = setInterval(() => {
    for (const site of sites) void check(site);
  }, checkEveryMs);
  timer.unref();

  const server = await startTokenServer({
    ...{ host: '127.0.0.1', apiKey, apiSecret },
    publish: { audio: true, video: true, data: false },
    serverFor: () => active.url,
  });
  return {
    url: `${server.url}/token`,
    active: () => active,
    [Symbol.asyncDispose]: async () => {
      isClosed = true;
      clearInterval(timer);
      await server[Symbol.asyncDispose]();
    },
  };
};
