/** Traces and processes of helper pods on the only host of a cluster of the lab. */
import { readdir, readFile } from 'node:fs/promises';
import type { KubernetesCluster } from '@livekit-swarm/testkit/kubernetes/cluster';
import { execa } from 'execa';

/** Namespace of helpers in examples/kubernetes/chaos-helper-rbac.yaml. */
export const HELPERS = 'livekit-swarm-helpers';

/** Everything that helpers make: jobs and pods, files, and tables. */
export const helperLeftovers = async (cluster: KubernetesCluster): Promise<string[]> => {
  const objects = await cluster.kubectl(['get', 'jobs,pods', '-n', HELPERS, '-o', 'name']);
  const files = (await readdir('/run')).filter((name) => name.startsWith('livekit-swarm-'));
  const { stdout } = await execa('nft', ['list', 'tables']);
  const tables = stdout.split('\n').filter((line) => line.includes('swarm_chaos_'));
  return [...objects.split('\n').filter((line) => line !== ''), ...files, ...tables];
};

/** Processes of helper pods on this host. */
export const helperPids = async (): Promise<number[]> => {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids.filter((_, index) => lines[index]?.includes('/host/run/livekit-swarm-') === true);
};
