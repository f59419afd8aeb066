import { readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { type Finding, ok, warn } from './finding.ts';
import { runCaptured } from './program-output.ts';

/**
 * Descriptors that a server and a worker open beside participants: logs, listeners, modules, IPC.
 */
const DESCRIPTORS_BESIDE = 128;
/** 500 rooms of two. */
const LARGE_CROWD = 1_000;
/** livekit-server asks for this much per UDP socket, bytes. */
const WANTED_UDP_BUFFER = 5_000_000;
const GIB = 2 ** 30;

export const checkLimits = async (): Promise<Finding[]> => [
  await lookAtDescriptors(),
  await lookAtUdpBuffers(),
  lookAtCores(),
  lookAtMemory(),
];

const lookAtDescriptors = async (): Promise<Finding> => {
  const { stdout } = await runCaptured('/bin/sh', ['-c', 'ulimit -Sn; ulimit -Hn']);
  const [soft = '', hard = ''] = stdout.split('\n');
  return describeDescriptors(soft, hard);
};

/** @param soft, hard as `ulimit -n` prints them: a number or `unlimited`. Node and livekit-server raise the soft limit to the hard one. */
export const describeDescriptors = (soft: string, hard: string): Finding => {
  const name = 'file descriptors';
  if (hard === 'unlimited') return ok(name, `${soft} (no hard limit)`);
  const limit = Number(hard);
  if (hard === '' || Number.isNaN(limit)) return warn(name, 'unknown', 'see "ulimit -Hn"');
  // A participant is one socket to the server, and two of the process it lives in (signalling and media).
  const free = Math.max(0, limit - DESCRIPTORS_BESIDE);
  const found = `${soft}, at most ${hard}: up to ${free} participants on an embedded server, ${Math.floor(free / 2)} per process`;
  return free >= LARGE_CROWD
    ? ok(name, found)
    : warn(
        name,
        found,
        `raise the hard limit: "ulimit -Hn 20000" as root, or nofile in /etc/security/limits.conf`,
      );
};

const lookAtUdpBuffers = async (): Promise<Finding> => {
  const name = 'UDP receive buffer';
  const text = await readFile('/proc/sys/net/core/rmem_max', 'utf8').catch(() => null);
  if (text === null) return ok(name, 'set by the system');
  const bytes = Number(text);
  const found = `net.core.rmem_max ${bytes}`;
  if (bytes >= WANTED_UDP_BUFFER) return ok(name, found);
  const next = `for large loads: sudo sysctl -w net.core.rmem_max=${WANTED_UDP_BUFFER}`;
  return warn(
    name,
    `${found}, and livekit-server warns below ${WANTED_UDP_BUFFER} (it asks for 16 MiB): bursts may be dropped`,
    next,
  );
};

const lookAtCores = (): Finding => {
  const cores = availableParallelism();
  const found = `${cores}`;
  if (cores >= 4) return ok('cores', found);
  return warn(
    'cores',
    `${found}: server and load generator share them`,
    '500 rooms beside their server take 4; fewer rooms, or a server elsewhere with --url',
  );
};

const lookAtMemory = (): Finding => {
  const found = `${(totalmem() / GIB).toFixed(1)} GiB`;
  return totalmem() >= 4 * GIB
    ? ok('memory', found)
    : warn('memory', found, '500 rooms beside their server take about 4 GiB');
};
