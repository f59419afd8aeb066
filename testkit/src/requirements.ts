/** Requirements of tests on a host, and the commands that install them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expectLimits } from '@livekit-swarm/host';
import { checkSources, findProgram, INGRESS, isFound } from '@livekit-swarm/lab';
import { hasErrorCode } from '@livekit-swarm/settings';
import { beforeEach } from 'vitest';
import { findChromium, NO_CHROMIUM } from './chromium.ts';
import { whyNoPacketFilter } from './nft.ts';
import { findTraefik } from './traefik.ts';

/** Programs, each with its packaged names and its Debian package. */
const PROGRAMS = {
  alertmanager: [['alertmanager', 'prometheus-alertmanager'], 'prometheus-alertmanager'],
  amtool: [['amtool'], 'prometheus-alertmanager'],
  coturn: [['turnserver'], 'coturn'],
  curl: [['curl'], 'curl'],
  ffmpeg: [['ffmpeg'], 'ffmpeg'],
  firefox: [['firefox', 'firefox-esr'], 'firefox-esr'],
  go: [['go'], 'golang-go'],
  haproxy: [['haproxy'], 'haproxy'],
  ip: [['ip'], 'iproute2'],
  nft: [['nft'], 'nftables'],
  nginx: [['nginx'], 'nginx'],
  conntrack: [['conntrack'], 'conntrack'],
  'node-exporter': [['node_exporter', 'prometheus-node-exporter'], 'prometheus-node-exporter'],
  npm: [['npm'], 'npm'],
  openssl: [['openssl'], 'openssl'],
  prometheus: [['prometheus'], 'prometheus'],
  promtool: [['promtool'], 'prometheus'],
  python: [['python3'], 'python3-venv'],
  'redis-exporter': [['redis_exporter', 'prometheus-redis-exporter'], 'prometheus-redis-exporter'],
  redis: [['redis-server'], 'redis-server'],
  sipp: [['sipp'], 'sip-tester'],
  sshd: [['sshd'], 'openssh-server'],
  systemd: [['systemd-run'], 'systemd'],
  taskset: [['taskset'], 'util-linux'],
  turnutils_uclient: [['turnutils_uclient'], 'coturn'],
  unshare: [['unshare'], 'util-linux'],
} as const satisfies Record<string, readonly [names: readonly string[], debianPackage: string]>;

type Program = keyof typeof PROGRAMS;

/**
 * Requirement of a test. `packet-filter`: nftables, in the network of this process. `cpu-quota`: a
 * separate control group. `traefik`, `ingress`: programs that `npm run traefik` and `npm run
 * ingress` built, as tests do not wait for minutes. `npm-registry`, `python-registry`: packages of the registry that npm, or pip, is
 * configured for.
 */
export type Requirement =
  | Program
  | 'root'
  | 'chromium'
  | 'packet-filter'
  | 'cpu-quota'
  | 'traefik'
  | 'ingress'
  | 'npm-registry'
  | 'python-registry';

/**
 * Skips every test of the calling file (or `describe`) when a requirement is missing. Hooks run in
 * any case, so they must not start a program without the requirement.
 * @returns the reason, with the command that installs the missing requirement; null: all are met
 */
export const skipWithout = async (...requirements: Requirement[]): Promise<string | null> => {
  const reason = await missing(...requirements);
  beforeEach(({ skip }) => skip(reason !== null, reason ?? ''));
  return reason;
};

/** First missing requirement of this host, with the command that installs it; null: all are met. */
export const missing = async (...requirements: Requirement[]): Promise<string | null> => {
  for (const requirement of requirements) {
    const reason = await check(requirement);
    if (reason !== null) return reason;
  }
  return null;
};

/** Path of a program by any of its packaged names; null: it is not installed. */
export const programOf = async (requirement: Program): Promise<string | null> => {
  for (const name of PROGRAMS[requirement][0]) {
    const path = await findProgram(name, process.env, SYSTEM_FOLDERS);
    if (path !== null) return path;
  }
  return null;
};

const check = async (requirement: Requirement): Promise<string | null> => {
  switch (requirement) {
    case 'root':
      return process.platform === 'linux' && process.getuid?.() === 0
        ? null
        : 'needs root on Linux: sudo --preserve-env=PATH npm run test:all';
    case 'chromium':
      return findChromium() === null ? NO_CHROMIUM : null;
    case 'packet-filter':
      return (await missing('root', 'nft')) ?? whyNoPacketFilter();
    case 'cpu-quota':
      return whyNoCpuQuota();
    case 'traefik':
      return (await findTraefik()) === null
        ? 'Traefik is not built: npm run traefik (3 to 6 minutes, once)'
        : null;
    case 'ingress':
      return (await checkSources(INGRESS)).some(isFound)
        ? null
        : 'livekit/ingress is not built: npm run ingress (2 to 6 minutes, once), which names what it needs';
    case 'npm-registry':
      return (
        (await missing('npm')) ??
        (await whyNotReached('npm view @livekit/agents version', 'npm config get registry'))
      );
    case 'python-registry':
      return (
        (await missing('python')) ??
        (await whyNotReached('python3 -m pip index versions livekit-agents', 'pip config list'))
      );
    default: {
      if ((await programOf(requirement)) !== null) return null;
      const [names, debianPackage] = PROGRAMS[requirement];
      return `${names[0]} is not installed: apt-get install ${debianPackage}`;
    }
  }
};

/** Folders in which Debian installs servers, which are not on the PATH of every user. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin'];

/** Longest answer of a registry, ms. */
const REGISTRY_MS = 30_000;

const whyNotReached = async (lookUp: string, seeAlso: string): Promise<string | null> => {
  const [program = '', ...args] = lookUp.split(' ');
  try {
    await promisify(execFile)(program, args, { timeout: REGISTRY_MS });
    return null;
  } catch {
    return `the package registry does not answer: ${lookUp}; its address: ${seeAlso}`;
  }
};

const whyNoCpuQuota = (): string | null => {
  try {
    expectLimits({ cpuCores: 1 });
    return null;
  } catch (error) {
    if (hasErrorCode(error, 'no_cpu_limit')) return `${error.message}: ${error.hint}`;
    throw error;
  }
};
