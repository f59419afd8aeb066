import { lookup } from 'node:dns/promises';
import type { WorkerPages } from '@livekit-swarm/agents';
import { urlHost } from '@livekit-swarm/settings';
import type { WorkerPool } from './config.ts';

/** Most workers of a pool: each has series of its own. */
const MOST = 500;

/** Worker of a pool, and its label. */
export interface PoolWorker extends WorkerPages {
  /** Host and port of its health server: `10.0.0.7:8081`. */
  worker: string;
}

export interface FoundWorkers {
  workers: PoolWorker[];
  /** Number of further workers, which are left out. */
  leftOut: number;
}

/**
 * Find the workers of a pool now: those that are named, or every address of the names; 500 at most.
 * @throws Error if a name cannot be resolved
 */
export const findWorkers = async (
  { urls, everyAddress, metricsPort }: Omit<WorkerPool, 'name' | 'maxJobs'>,
  resolve: (host: string) => Promise<readonly string[]> = addressesOf,
): Promise<FoundWorkers> => {
  const found: URL[] = [];
  for (const text of urls) {
    const url = new URL(text);
    if (!everyAddress) found.push(url);
    else for (const address of await resolve(nameOf(url))) found.push(withHost(url, address));
  }
  const byPlace = new Map(found.map((url) => [placeOf(url), url]));
  const workers = [...byPlace].slice(0, MOST).map(([worker, url]) => ({
    worker,
    url: url.href,
    ...(metricsPort !== null && { metricsUrl: metricsAt(url, metricsPort) }),
  }));
  return { workers, leftOut: byPlace.size - workers.length };
};

/** Addresses of a name; none if it has none at present. */
const addressesOf = async (host: string): Promise<string[]> => {
  try {
    const all = await lookup(host, { all: true });
    return all.map(({ address }) => address).toSorted();
  } catch (error) {
    // A headless Service without ready workers has no address.
    if (error instanceof Error && 'code' in error && error.code === 'ENOTFOUND') return [];
    throw error;
  }
};

/** Name to resolve: an IPv6 address is without its brackets there. */
const nameOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

const withHost = (url: URL, host: string): URL => {
  const copy = new URL(url);
  copy.hostname = urlHost(host);
  return copy;
};

const metricsAt = (url: URL, port: number): string => {
  const copy = new URL('/metrics', url);
  copy.port = String(port);
  return copy.href;
};

/** Host and port; a URL leaves out the port that its scheme has by default. */
const placeOf = ({ host, port, protocol }: URL): string =>
  port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host;
