/** Plants each fault of `planted-faults.ts` into a whole run against a real livekit-server. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DEFAULT_LIVEKIT_VERSION, type LiveKitConfig, startLiveKit } from '@livekit-swarm/lab';
import { openRecord } from '@livekit-swarm/record';
import { run } from '@livekit-swarm/runner';
import { expandPlan } from '@livekit-swarm/scenario';
import {
  type ControlGroup,
  openControlGroup,
  whyNoControlGroup,
} from '@livekit-swarm/testkit/control-group';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { holdTable } from '@livekit-swarm/testkit/nft';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { missing } from '@livekit-swarm/testkit/requirements';
import { type NameAnswer, startNameServer } from './name-server.ts';
import { type Host, openNetwork, whyNoNetwork } from './network.ts';
import type { PlantedFault } from './planted-faults.ts';
import type { ProcessId } from './processes.ts';
import { type Served, serveOn } from './serve-on.ts';
import { steppingClock } from './stepped-clock.ts';
import { resultOf, type Swarm, scratch, startSwarm } from './swarm.ts';

const exec = promisify(execFile);

/** Result of a run with a fault. */
export interface FaultyRun {
  exitCode: number | NodeJS.Signals;
  /** Codes of the health findings and of the reasons; empty where there was no run. */
  findings: string[];
  reasons: string[];
  /** Error that prevented the run; null: there was a run. */
  error: string | null;
}

export interface Planting {
  /** Reason for which this host cannot do it, with what to install; null or absent: it can. */
  unavailable?(): Promise<string | null>;
  run(): Promise<FaultyRun>;
}

const outcomeOf = async (swarm: Swarm): Promise<FaultyRun> => {
  const exitCode = await swarm.ended;
  const { generator, reasons, error } = resultOf({ stdout: swarm.stdout() });
  return {
    exitCode,
    findings: generator?.findings.map(({ code }) => code) ?? [],
    reasons: reasons?.map(({ code }) => code) ?? [],
    error: error?.code ?? null,
  };
};

interface Load {
  /** Flags of `swarm run`. */
  flags: string;
  /** The deployment; absent: an embedded server. */
  server?: Pick<Served, 'url' | 'apiKey' | 'apiSecret'>;
  /** Prefix of the command. */
  through?: readonly string[];
  env?: Record<string, string>;
}

const start = ({ flags, server, through, env }: Load): Swarm =>
  startSwarm(
    [...flags.split(' '), '--json', ...(server === undefined ? [] : ['--url', server.url])],
    {
      ...env,
      ...(server && {
        LIVEKIT_API_KEY: server.apiKey,
        LIVEKIT_API_SECRET: server.apiSecret,
      }),
    },
    scratch(),
    through,
  );

/** Two rooms with two participants each, that send audio. */
const SMALL = '--rooms 2 --processes 1 --duration';
const CONNECTED = /steady (\d+)\/\1 in/;

const workersOf = (swarm: Swarm): ProcessId[] =>
  swarm.processes().filter(({ name, command }) => `${name} ${command}`.includes('swarm process'));
const serverOf = (swarm: Swarm): ProcessId => firstOf(swarm.processes().filter(isServer));
const isServer = ({ name }: ProcessId): boolean => name.startsWith('livekit-server');

const firstOf = (processes: ProcessId[]): ProcessId => {
  const [first] = processes;
  if (first === undefined) throw new Error('no such process');
  return first;
};

const pause = async (pids: number[], ms: number): Promise<void> => {
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  await sleep(ms);
  for (const pid of pids) process.kill(pid, 'SIGCONT');
};

/** The kernel allows no less than 1 ms in each 100 ms. */
const LEAST_QUOTA = 0.01;
/** CPU time per second of processes, measured for 2 s; proc(5), utime and stime in ticks of 10 ms. */
const coresUsedBy = async (pids: readonly number[]): Promise<number> => {
  const seconds = (): number =>
    pids
      .map((pid) =>
        readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' '),
      )
      .reduce((sum, fields) => sum + (Number(fields[11]) + Number(fields[12])) / 100, 0);
  const before = seconds();
  await sleep(2_000);
  return (seconds() - before) / 2;
};

/**
 * Run with a server of its own on this host. `plant` begins when all participants are connected.
 */
const onThisHost = async (
  flags: string,
  plant: (swarm: Swarm, server: { pid: number }) => Promise<void>,
  more: Pick<Load, 'through' | 'env'> = {},
): Promise<FaultyRun> => {
  await using server = await startLiveKit({ dir: scratch() });
  const swarm = start({ flags, server, ...more });
  await swarm.says(CONNECTED);
  await plant(swarm, server);
  return await outcomeOf(swarm);
};

/** Run with an embedded server. */
const embedded = async (
  plant: (swarm: Swarm) => Promise<void> | void,
  through: readonly string[] = [],
): Promise<FaultyRun> => {
  const swarm = start({ flags: `${SMALL} 60s`, through });
  await swarm.says(CONNECTED);
  await plant(swarm);
  return await outcomeOf(swarm);
};

/** Media addresses of the server. */
const BOTH_FAMILIES = { ips: { includes: ['10.0.0.0/8', 'fd53:5741::/64'] } };

interface Hosts {
  server: Host;
  generator: Host;
  served: Served;
}

/** Run with the server and the generator on hosts of their own. */
const onTwoHosts = async (
  plant: (hosts: Hosts, load: (flags: string, more?: Partial<Load>) => Swarm) => Promise<Swarm>,
  config: LiveKitConfig = {},
): Promise<FaultyRun> => {
  await using network = await openNetwork();
  const { server, generator } = network;
  const served = await serveOn(server, DEFAULT_LIVEKIT_VERSION, scratch(), config);
  const load = (flags: string, more: Partial<Load> = {}): Swarm =>
    start({ flags, server: served, through: generator.through, ...more });
  return await outcomeOf(await plant({ server, generator, served }, load));
};

const filter = ({ through }: Host, hook: 'input' | 'output', rule: string) =>
  holdTable(
    through,
    'swarm_fault',
    `chain fault { type filter hook ${hook} priority 0; policy accept; ${rule}; }`,
  );

/** The server has media addresses of both families, and no packets of this one arrive there. */
const withoutFamily = (family: 'ipv4' | 'ipv6'): Promise<FaultyRun> =>
  onTwoHosts(
    async ({ server }, load) => {
      await filter(server, 'input', `meta nfproto ${family} meta l4proto udp drop`);
      return load(`${SMALL} 6s`);
    },
    { rtc: BOTH_FAMILIES },
  );

/** A program of this host that allocates more than its control group may have. The kernel ends the victim first, then the program. */
const exhaustMemory = async (group: ControlGroup, victim: number): Promise<void> => {
  writeFileSync(`/proc/${victim}/oom_score_adj`, '1000');
  group.limitMemory(64 * 1_024 * 1_024);
  const greedy = [
    ...group.through,
    'sh',
    '-c',
    'echo 999 > /proc/$$/oom_score_adj; tail /dev/zero',
  ];
  const [program = '', ...args] = greedy;
  await once(spawn(program, args, { stdio: 'ignore' }), 'exit');
};

/** Takes away what a process has not opened yet. */
const exhaustDescriptors = async (pid: number): Promise<void> => {
  const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  let free = 0;
  while (open.has(free)) free++;
  await exec('prlimit', ['--pid', String(pid), `--nofile=${free}:`]);
};

const withNames = async (
  answer: (question: number) => NameAnswer,
  workers = 1,
): Promise<FaultyRun> => {
  const dir = scratch();
  await using server = await startLiveKit({ dir });
  await using names = await startNameServer(dir, answer);
  const url = `ws://livekit.swarm.test:${server.ports.http}`;
  const flags = `--rooms 4 --processes ${workers} --duration 8s`;
  return await outcomeOf(start({ flags, server: { ...server, url }, through: names.through }));
};

const DEFECTIVE = new URL(
  '../../packages/runner/test/support/defective-engine.ts',
  import.meta.url,
);

/** Not through the command line: it has no flag for an engine with a defect. */
const withDefect = async (defect: 'panic' | 'hang'): Promise<FaultyRun> => {
  const dir = scratch();
  await using server = await startLiveKit({ dir });
  const load = { rooms: 4, participants: 2, joinRate: 50, durationMs: 9_000 };
  const { decision } = await run({
    deployment: { ...server, embedded: false, serverVersion: null, exited: new Promise(() => {}) },
    guard: ownServerGuard(),
    run: defect,
    plan: expandPlan(scenarioOfLoad(load), defect),
    allocation: { workers: 2, threads: 1 },
    signalling: 'v1',
    record: openRecord(join(dir, defect)),
    version: '0.0.0',
    stop: new AbortController().signal,
    engineModule: `${DEFECTIVE.href}?defect=${defect}`,
  });
  return {
    exitCode: decision.exitCode,
    findings: decision.health.map(({ code }) => code),
    reasons: decision.reasons.map(({ code }) => code),
    error: null,
  };
};

const withClockStep = async (stepMs: number): Promise<FaultyRun> => {
  const { env, step } = steppingClock(stepMs, scratch());
  return await onThisHost(`${SMALL} 10s`, async () => step(), { env });
};

/** Workers have the tokens of those that join within 30 s; those of the others are made after the step. */
const withClockStepWhileJoining = async (
  stepMs: number,
  rampSeconds: number,
): Promise<FaultyRun> => {
  await using server = await startLiveKit({ dir: scratch() });
  const { env, step } = steppingClock(stepMs, scratch());
  const joins = `--rooms ${rampSeconds / 4} --join-rate 0.5 --processes 1`;
  const swarm = start({ flags: `${joins} --duration ${rampSeconds + 4}s`, server, env });
  await swarm.says(/joining \d+\/\d+/);
  step();
  return await outcomeOf(swarm);
};

const SOURCE = fileURLToPath(new URL('./small-buffers.c', import.meta.url));

const needs =
  (...requirements: Parameters<typeof missing>) =>
  () =>
    missing(...requirements);
const network = { unavailable: whyNoNetwork };
const group = (controller: 'cpu' | 'memory') => ({
  unavailable: async () => (await missing('root')) ?? (await whyNoControlGroup(controller)),
});

/** Much to send and to forward: 56 videos. */
const VIDEO =
  '--rooms 1 --participants 8 --publish audio,video --video 1080p --processes 1 --duration';
/** Keyframes of a hundred packets: their bursts fill small buffers on an idle host, too. */
const BURSTS =
  '--rooms 1 --participants 6 --publish audio,video --video 1080p --processes 1 --duration';

export const PLANTINGS: Record<PlantedFault, Planting> = {
  'pump thread panics': { run: () => withDefect('panic') },
  'pump thread hangs': { run: () => withDefect('hang') },
  'process killed': {
    run: () =>
      onThisHost('--rooms 2 --processes 2 --duration 6s', async (swarm) => {
        process.kill(firstOf(workersOf(swarm)).pid, 'SIGKILL');
      }),
  },
  'process out of memory': {
    ...group('memory'),
    run: async () => {
      await using memory = openControlGroup('memory');
      return await onThisHost(
        '--rooms 2 --processes 2 --duration 8s',
        (swarm) => exhaustMemory(memory, firstOf(workersOf(swarm)).pid),
        { through: memory.through },
      );
    },
  },
  'process stopped for 5 s': {
    run: () => onThisHost(`${SMALL} 12s`, (swarm) => pause([firstOf(workersOf(swarm)).pid], 5_000)),
  },
  'process stopped for 30 s': {
    run: () =>
      onThisHost(`${SMALL} 38s`, (swarm) => pause([firstOf(workersOf(swarm)).pid], 30_000)),
  },
  'generator stopped for 30 s': {
    run: () =>
      onThisHost(`${SMALL} 60s`, (swarm) =>
        pause(
          swarm.processes().map(({ pid }) => pid),
          30_000,
        ),
      ),
  },
  'clock set forward by 30 s': { run: () => withClockStep(30_000) },
  'clock set back by 30 s': { run: () => withClockStep(-30_000) },
  'clock set forward by 90 s while participants join': {
    run: () => withClockStepWhileJoining(90_000, 40),
  },
  'clock set back by 90 s while participants join': {
    run: () => withClockStepWhileJoining(-90_000, 40),
  },
  'clock set forward by 15 min while participants join': {
    run: () => withClockStepWhileJoining(900_000, 60),
  },
  'clock set back by 15 min while participants join': {
    run: () => withClockStepWhileJoining(-900_000, 60),
  },
  'clock wrong by 5 min from the start': {
    run: async () => {
      await using server = await startLiveKit({ dir: scratch() });
      const { env, step } = steppingClock(300_000, scratch());
      step();
      return await outcomeOf(start({ flags: `${SMALL} 5s`, server, env }));
    },
  },
  'CPU quota of a tenth': {
    ...group('cpu'),
    run: async () => {
      await using cpu = openControlGroup('cpu');
      return await onThisHost(`${VIDEO} 10s`, async (swarm) => {
        const pids = workersOf(swarm).map(({ pid }) => pid);
        // Relative to the use: what a whole tenth of a core carries depends on the machine and on the engine.
        cpu.limitCpu(Math.max(LEAST_QUOTA, (await coresUsedBy(pids)) / 10));
        for (const pid of pids) cpu.add(pid);
      });
    },
  },
  'receive buffers of 8 KiB': {
    ...network,
    run: async () => {
      const library = join(scratch(), 'small-buffers.so');
      await exec('cc', ['-shared', '-fPIC', '-o', library, SOURCE, '-ldl']);
      return await onTwoHosts(async (_, load) =>
        load(`${BURSTS} 8s`, { env: { LD_PRELOAD: library } }),
      );
    },
  },
  'sends refused by the firewall': {
    ...network,
    run: () =>
      onTwoHosts(async ({ generator }, load) => {
        const swarm = load(`${SMALL} 8s`);
        await swarm.says(CONNECTED);
        await filter(generator, 'output', 'meta l4proto udp numgen random mod 2 < 1 drop');
        return swarm;
      }),
  },
  'all sends refused by the firewall': {
    ...network,
    run: () =>
      onTwoHosts(async ({ generator }, load) => {
        const swarm = load(`${SMALL} 30s`);
        await swarm.says(CONNECTED);
        await filter(generator, 'output', 'meta l4proto udp drop');
        return swarm;
      }),
  },
  'all media refused by the firewall': {
    ...network,
    run: () =>
      onTwoHosts(async ({ generator }, load) => {
        await filter(generator, 'output', 'meta l4proto udp drop');
        return load(`${SMALL} 17s`);
      }),
  },
  'connection tracking full': {
    ...network,
    run: () =>
      onTwoHosts(async ({ generator }, load) => {
        // The participants of a worker share a socket, so each worker is one connection. The server cannot open another.
        await holdTable(
          generator.through,
          'swarm_fault',
          `chain in { type filter hook input priority 0; meta l4proto udp ct state new drop; }
           chain out { type filter hook output priority 0; meta l4proto udp ct state new ct count over 1 drop; }`,
        );
        return load('--rooms 2 --processes 2 --duration 17s');
      }),
  },
  'interface down': {
    ...network,
    run: () =>
      onTwoHosts(async ({ generator }, load) => {
        const swarm = load(`${SMALL} 8s`);
        await swarm.says(CONNECTED);
        await generator.run('ip', ['link', 'set', 'eth0', 'down']);
        return swarm;
      }),
  },
  'some name lookups fail': {
    unavailable: needs('root', 'unshare'),
    run: () => withNames((question) => (question <= 2 ? 'address' : 'servfail'), 2),
  },
  'all name lookups fail': {
    unavailable: needs('root', 'unshare'),
    run: () => withNames(() => 'servfail'),
  },
  'media in an address family without a route': {
    ...network,
    run: () =>
      onTwoHosts(
        async ({ generator, server, served }, load) => {
          await generator.run('ip', ['-4', 'address', 'flush', 'dev', 'eth0']);
          const url = `ws://[${server.address6}]:${served.ports.http}`;
          return load(`${SMALL} 6s`, { server: { ...served, url } });
        },
        { bind_addresses: ['::'], rtc: { ips: { includes: ['10.0.0.0/8'] } } },
      ),
  },
  'file descriptors exhausted': {
    unavailable: needs('root'),
    run: async () => {
      await using server = await startLiveKit({ dir: scratch() });
      const flags = '--rooms 10 --join-rate 4 --processes 1 --duration 8s';
      const swarm = start({ flags, server });
      await swarm.says(/joining [4-9]\/20/);
      await exhaustDescriptors(firstOf(workersOf(swarm)).pid);
      return await outcomeOf(swarm);
    },
  },
  'disk full': {
    unavailable: needs('root', 'unshare'),
    run: async () => {
      const record = join(scratch(), 'record');
      mkdirSync(record);
      await using server = await startLiveKit({ dir: scratch() });
      const mount = 'mount -t tmpfs -o size=16k tmpfs "$0" && exec "$@"';
      return await outcomeOf(
        start({
          flags: `--rooms 4 --duration 60s --record ${record}`,
          server,
          through: ['unshare', '--mount', 'sh', '-c', mount, record],
        }),
      );
    },
  },
  'disk full while participants leave': {
    run: async () => {
      await using server = await startLiveKit({ dir: scratch() });
      const env = { SWARM_FAILPOINTS: 'record.end=error' };
      return await outcomeOf(start({ flags: `${SMALL} 3s`, server, env }));
    },
  },
  'embedded server killed': {
    run: () => embedded((swarm) => void process.kill(serverOf(swarm).pid, 'SIGKILL')),
  },
  'embedded server asked to stop': {
    run: () =>
      embedded(async (swarm) => {
        const { pid } = serverOf(swarm);
        process.kill(pid, 'SIGTERM');
        await sleep(500);
        process.kill(pid, 'SIGTERM');
      }),
  },
  'guard of the embedded server killed': {
    run: () =>
      embedded((swarm) => {
        const guard = swarm.processes().find(({ command }) => command.includes('guard/guard'));
        if (guard === undefined) throw new Error('no guard');
        process.kill(guard.pid, 'SIGKILL');
      }),
  },

  'server crashes': {
    run: () => embedded((swarm) => void process.kill(serverOf(swarm).pid, 'SIGABRT')),
  },
  'server out of memory': {
    ...group('memory'),
    run: async () => {
      await using memory = openControlGroup('memory');
      return await embedded((swarm) => exhaustMemory(memory, serverOf(swarm).pid), memory.through);
    },
  },
  'server stopped for 30 s': {
    run: () =>
      onThisHost(`${SMALL} 32s`, async (swarm, { pid }) => {
        process.kill(pid, 'SIGSTOP');
        void swarm.ended.then(() => process.kill(pid, 'SIGCONT'));
      }),
  },
  'server with a CPU quota of a twentieth': {
    ...group('cpu'),
    run: async () => {
      await using cpu = openControlGroup('cpu');
      return await onThisHost(`${VIDEO} 10s`, async (_, { pid }) => {
        cpu.limitCpu(0.05);
        cpu.add(pid);
      });
    },
  },
  'packets dropped by the firewall of the server': {
    ...network,
    run: () =>
      onTwoHosts(async ({ server }, load) => {
        await filter(server, 'input', 'meta l4proto udp numgen random mod 10 < 4 drop');
        return load(`${SMALL} 8s`);
      }),
  },
  'media port refused': {
    ...network,
    run: () =>
      onTwoHosts(async ({ server }, load) => {
        await filter(server, 'input', 'meta l4proto udp reject');
        return load(`${SMALL} 8s`);
      }),
  },
  'signalling port refused': {
    run: async () => {
      const server = await startLiveKit({ dir: scratch() });
      await server.stop();
      return await outcomeOf(start({ flags: `${SMALL} 5s`, server }));
    },
  },
  'file descriptors of the server exhausted': {
    unavailable: needs('root'),
    run: async () => {
      await using server = await startLiveKit({ dir: scratch() });
      const flags = '--rooms 20 --join-rate 4 --processes 1 --duration 10s';
      const swarm = start({ flags, server });
      await swarm.says(/joining [4-9]\/40/);
      await exhaustDescriptors(server.pid);
      return await outcomeOf(swarm);
    },
  },
  'name unknown': {
    unavailable: needs('root', 'unshare'),
    run: () => withNames(() => 'nxdomain'),
  },
  'media in the other address family': {
    ...network,
    run: () =>
      onTwoHosts(async (_, load) => load(`${SMALL} 6s`), {
        rtc: { node_ip: 'fd53:5741::1', ips: { includes: ['fd53:5741::/64'] } },
      }),
  },
  'IPv6 packets dropped on the way': { ...network, run: () => withoutFamily('ipv6') },
  'IPv4 packets dropped on the way': { ...network, run: () => withoutFamily('ipv4') },
};
