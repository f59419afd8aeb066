/** Faults of networks and of processor time. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnGuarded } from '@livekit-swarm/host';
import { plainEnvironment } from '@livekit-swarm/lab';
import { type Act, JOINS_FAILING } from './act.ts';
import { startCalls } from './crowd.ts';
import { busiestNode, nodesByPeople, until } from './nodes.ts';
import { dropPackets } from './own-network.ts';

const LOST_PERCENT = 40;
const STOPPED_MS = 80;
const RUNNING_MS = 20;
/** Reports of the nodes, one in five seconds, that Prometheus should have of calls in which all is well. */
const SETTLE_MS = 6_000;

export const lossy: Act = {
  name: 'lossy',
  fault: `the network of a node loses ${LOST_PERCENT} % of all packets, both ways`,
  fires: ['LiveKitPacketLossHigh', 'LiveKitNacksRising', 'LiveKitJoinsSlow'],
  may: ['LiveKitProbeFailing', 'LiveKitJitterHigh', ...JOINS_FAILING],
  resolves: ['LiveKitPacketLossHigh'],
  dropsPackets: true,
  begin: async (watched, strike) => {
    const finish = await startCalls(watched, 'l0ssy');
    const node = await busiestNode(watched);
    await sleep(SETTLE_MS);
    strike();
    const heal = await dropPackets(node.udpPorts, [], LOST_PERCENT);
    const about = { instance: node.instance };
    return { about: { LiveKitPacketLossHigh: about, LiveKitNacksRising: about }, heal, finish };
  },
};

export const stalled: Act = {
  name: 'stalled',
  fault: `a node stands still for ${STOPPED_MS} of every ${STOPPED_MS + RUNNING_MS} ms (SIGSTOP), as one does that is short of processor time`,
  fires: ['LiveKitJitterHigh'],
  may: [
    'LiveKitProbeFailing',
    'LiveKitJoinsSlow',
    'LiveKitPacketLossHigh',
    'LiveKitNacksRising',
    'LiveKitNodeDown',
  ],
  resolves: ['LiveKitJitterHigh'],
  begin: async (watched, strike) => {
    const finish = await startCalls(watched, 'sta11');
    const { service, instance } = await busiestNode(watched);
    await sleep(SETTLE_MS);
    strike();
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
      heal: async () => {
        stalling = false;
        await pulses;
      },
      finish,
    };
  },
};

export const closed: Act = {
  name: 'closed',
  fault: 'a firewall closes the media ports of all nodes, UDP and TCP',
  fires: [...JOINS_FAILING, 'LiveKitProbeFailing'],
  may: [],
  resolves: ['LiveKitProbeFailing'],
  dropsPackets: true,
  begin: async (watched, strike) => {
    const nodes = await nodesByPeople(watched);
    strike();
    const heal = await dropPackets(
      nodes.flatMap(({ udpPorts }) => udpPorts),
      nodes.map(({ tcpPort }) => tcpPort),
      100,
    );
    return { heal };
  },
};

export const busy: Act = {
  name: 'busy',
  fault: 'something else on the machine uses all of its cores',
  fires: ['LiveKitCpuHigh', 'LiveKitCpuCritical'],
  may: [],
  resolves: ['LiveKitCpuHigh', 'LiveKitCpuCritical'],
  begin: async ({ dir, ask }, strike) => {
    // Others may be at work, for a moment or for long: an alert that is there already cannot come.
    const silent = async () =>
      (await ask('ALERTS{alertname=~"LiveKitCpu.+"}')).length === 0 ? true : undefined;
    await until('the machine is not short of processor time', silent).catch(() => {});
    strike();
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
      heal: async () => {
        for (const burner of burners) burner.signal('SIGKILL');
        await Promise.all(burners.map(({ exited }) => exited));
      },
    };
  },
};
