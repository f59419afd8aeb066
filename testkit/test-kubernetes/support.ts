import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { KubernetesCluster } from '../src/kubernetes/cluster.ts';

/**
 * Runs a pod on the pod network, with the only image that a cluster has from the start.
 * @returns its address
 */
export const runPlainPod = async (cluster: KubernetesCluster): Promise<string> => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'plain' },
    spec: {
      containers: [{ name: 'pause', image: 'livekit-swarm/pause:1.0.0', imagePullPolicy: 'Never' }],
      enableServiceLinks: false,
    },
  };
  await cluster.kubectl(['create', '-f', '-'], { input: JSON.stringify(pod) });
  await cluster.kubectl(['wait', 'pod/plain', '--for=condition=Ready', '--timeout=60s'], {
    timeoutMs: 70_000,
  });
  return cluster.kubectl(['get', 'pod/plain', '-o', 'jsonpath={.status.podIP}']);
};

/** Traces of a cluster on this host, one line for each. */
export const tracesOf = async (folder: string): Promise<string[]> => {
  const groups = readdirSync('/sys/fs/cgroup', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [
      name,
      ...childrenOf(join('/sys/fs/cgroup', name)).map((child) => `${name}/${child}`),
    ])
    .filter((name) => /livekit-swarm-swk|k8s\.io|kubepods/.test(name));
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(folder));
  const { stdout: links } = await execa('ip', ['-o', 'link', 'show']);
  const bridges = links.split('\n').filter((line) => /: swk\d+|master swk\d+/.test(line));
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
      const ours = command.includes(`${folder}/`) || command.startsWith('/pause');
      return ours && Number(pid) !== process.pid ? [`${pid} ${command}`] : [];
    });
  const files = [
    '/run/livekit-swarm/kubernetes.json',
    '/var/lib/kubelet/device-plugins/kubelet.sock',
    join(folder, 'data'),
    join(folder, 'etc'),
  ];
  return [
    ...groups,
    ...mounts,
    ...bridges,
    ...processes,
    ...files.filter((file) => existsSync(file)),
  ];
};

/** Settings of the host that the kubelet changes. */
export const hostSettings = (): string[] =>
  [
    'vm/overcommit_memory',
    'vm/panic_on_oom',
    'kernel/panic',
    'kernel/panic_on_oops',
    'net/ipv4/ip_forward',
  ].map((name) => `${name} ${read(`/proc/sys/${name}`).trim()}`);

export const eventually = async (holds: () => Promise<boolean>, ms: number): Promise<boolean> => {
  const deadline = performance.now() + ms;
  while (performance.now() < deadline) {
    if (await holds()) return true;
    await sleep(200);
  }
  return false;
};

/** Ids of the children of a process with a word in their command line. */
export const childrenNamed = (parent: number, word: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => Number(/^PPid:\t(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1]) === parent)
    .filter((pid) => read(`/proc/${pid}/cmdline`).includes(word))
    .map(Number);

const childrenOf = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
