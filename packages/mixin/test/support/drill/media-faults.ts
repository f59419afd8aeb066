/** Faults of networks, CPU and memory. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnGuarded } from '@livekit-swarm/host';
import { plainEnvironment } from '@livekit-swarm/lab';
import { type FaultCase, JOINS_FAILING } from './fault-case.ts';
import { readMemory } from './host-memory.ts';
import { keepJoining, startSmallRooms } from './load.ts';
import { dropPackets } from './network-namespace.ts';
import { busiestNode, nodesByParticipants, until } from './nodes.ts';

const LOST_PERCENT = 40;
const STOPPED_MS = 80;
const RUNNING_MS = 20;
/** Time in which Prometheus scrapes reports (one per five seconds) of unimpaired media. */
const SETTLE_MS = 6_000;

export const lossy: FaultCase = {
  name: 'lossy',
  description: `the network of a node loses ${LOST_PERCENT} % of all packets in both directions`,
  fires: ['LiveKitPacketLossHigh', 'LiveKitNacksRising', 'LiveKitJoinsSlow'],
  may: ['LiveKitProbeFailing', 'LiveKitJitterHigh', ...JOINS_FAILING],
  resolves: ['LiveKitPacketLossHigh', 'LiveKitNacksRising', 'LiveKitJoinsSlow'],
  dropsPackets: true,
  begin: async (deployment, inject) => {
    const stopCalls = await startSmallRooms(deployment, 'l0ssy');
    const node = await busiestNode(deployment);
    await sleep(SETTLE_MS);
    inject();
    const rollback = await dropPackets(node.udpPorts, LOST_PERCENT);
    const stopJoins = await keepJoining(deployment, node, 'l0ssy-joins');
    const finish = async (): Promise<void> => {
      await Promise.all([stopCalls(), stopJoins()]);
    };
    const about = { instance: node.instance };
    return { about: { LiveKitPacketLossHigh: about, LiveKitNacksRising: about }, rollback, finish };
  },
};

export const stalled: FaultCase = {
  name: 'stalled',
  description: `a node is stopped for ${STOPPED_MS} of every ${STOPPED_MS + RUNNING_MS} ms (SIGSTOP), like a node with too little CPU time`,
  fires: ['LiveKitJitterHigh'],
  may: [
    'LiveKitProbeFailing',
    'LiveKitJoinsSlow',
    'LiveKitPacketLossHigh',
    'LiveKitNacksRising',
    'LiveKitNodeDown',
  ],
  resolves: ['LiveKitJitterHigh'],
  begin: async (deployment, inject) => {
    const finish = await startSmallRooms(deployment, 'sta11');
    const { service, instance } = await busiestNode(deployment);
    await sleep(SETTLE_MS);
    inject();
    let stalling = true;
    const pulses = (async () => {
      while (stalling) {
        service.signal('SIGSTOP');
        await sleep(STOPPED_MS);
        service.signal('SIGCONT');
        await sleep(RUNNING_MS);
      }
    })();
    return {
      about: { LiveKitJitterHigh: { instance } },
      rollback: async () => {
        stalling = false;
        await pulses;
      },
      finish,
    };
  },
};

export const closed: FaultCase = {
  name: 'closed',
  description: 'a firewall closes the media ports of all nodes',
  fires: [...JOINS_FAILING, 'LiveKitProbeFailing'],
  may: [],
  resolves: ['LiveKitProbeFailing'],
  dropsPackets: true,
  begin: async (deployment, inject) => {
    const nodes = await nodesByParticipants(deployment);
    inject();
    const rollback = await dropPackets(
      nodes.flatMap(({ udpPorts }) => udpPorts),
      100,
    );
    return { rollback };
  },
};

export const busy: FaultCase = {
  name: 'busy',
  description: 'other processes on the host use all cores',
  fires: ['LiveKitCpuHigh'],
  may: [],
  resolves: ['LiveKitCpuHigh'],
  begin: async ({ dir, ask }, inject) => {
    // Other processes may use the CPU: an alert that is already firing cannot fire again.
    const noAlert = async () =>
      (await ask('ALERTS{alertname=~"LiveKitCpu.+"}')).length === 0 ? true : undefined;
    await until('CPU usage is low', noAlert).catch(() => {});
    inject();
    const spin = {
      command: 'nice',
      args: ['-n', '19', process.execPath, '--eval', 'for (;;);'],
      env: plainEnvironment(),
      logFile: join(dir, 'busy.log'),
    };
    const burners = await Promise.all(
      Array.from({ length: availableParallelism() }, () => spawnGuarded(spin)),
    );
    return {
      rollback: async () => {
        for (const burner of burners) burner.signal('SIGKILL');
        await Promise.all(burners.map(({ exited }) => exited));
      },
    };
  },
};

/** Excess over the limit, share of the memory. */
const EXCESS = 0.03;

/** Program that holds the given number of bytes, first in line for the OOM killer. */
const HOLD_MEMORY = `
  require('node:fs').writeFileSync('/proc/self/oom_score_adj', '1000');
  const held = [];
  for (let left = Number(process.argv[1]); left > 0; left -= 2 ** 28) held.push(Buffer.alloc(Math.min(left, 2 ** 28), 1));
  setInterval(() => held.length, 60_000);
`;

export const memoryFull: FaultCase = {
  name: 'memory',
  description: 'another process on the host takes memory until the limit is crossed',
  fires: ['LiveKitMemoryHigh'],
  may: [],
  resolves: ['LiveKitMemoryHigh'],
  begin: async ({ dir, memoryLimit }, inject) => {
    const { used, total } = await readMemory();
    const bytes = Math.ceil((memoryLimit + EXCESS - used) * total);
    inject();
    const holder = await spawnGuarded({
      command: process.execPath,
      args: ['--eval', HOLD_MEMORY, String(bytes)],
      env: plainEnvironment(),
      logFile: join(dir, 'memory.log'),
    });
    return {
      rollback: async () => {
        holder.signal('SIGKILL');
        await holder.exited;
      },
    };
  },
};
