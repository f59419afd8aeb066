import { rm } from 'node:fs/promises';
import { type Cluster, startCluster } from '@livekit-swarm/lab';
import { afterAll, beforeAll } from 'vitest';
import { scratch } from './probing.ts';

/**
 * Cluster of two nodes behind a load balancer, with Redis, for all tests of a file.
 * @param unavailable reason for which there can be none; null: there can
 */
export const probedCluster = (unavailable: string | null): (() => Cluster) => {
  let cluster: Cluster | null = null;
  let dir = '';
  beforeAll(async () => {
    if (unavailable !== null) return;
    dir = await scratch();
    cluster = await startCluster({ dir, nodes: 2, with: ['haproxy'] });
  });
  afterAll(async () => {
    await cluster?.stop();
    if (dir !== '') await rm(dir, { recursive: true, force: true });
  });
  return () => {
    if (cluster === null) throw new Error('the cluster starts before the first test');
    return cluster;
  };
};

/** One of the two nodes. */
export const nodeOf = ({ nodes }: Cluster, index: 0 | 1): Cluster['nodes'][number] => {
  const found = nodes[index];
  if (found === undefined) throw new Error(`node ${index} not found`);
  return found;
};
