/**
 * `node scripts/run.mjs bench/beside-lk.ts --lk PATH [--repeats 3] [--seconds 14] [WORD]`: CPU time
 * and memory (PSS) of `swarm` and of `lk load-test`, in turn, as the subscribers of the same
 * publisher in the same room of the same server, over the same number of seconds, once all
 * participants have joined. The publisher is a `swarm` of its own: that of lk sends less (a tone
 * with DTX, nearly no packets). Launcher, CLI and workers of the subscribers count; publisher and
 * server do not. A pair of runs in which the server sent numbers of packets that differ by more
 * than 2 % is not counted, and repeated once. The third is the floor: bare UDP and AES-256-GCM for the packets of
 * the room (udp-floor.ts), so that the last column is the most that any program could reach. `lk`
 * is livekit-cli 2.18 or later. WORD: only rooms whose name contains it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startLiveKit } from '@livekit-swarm/lab';
import { roomServiceOf } from '@livekit-swarm/livekit';
import { metricsSource } from '@livekit-swarm/runner';
import { loadClip } from '@livekit-swarm/webrtc';
import { rateOf } from './cases.ts';
import { processCosts } from './process-costs.ts';
import { spread } from './spread.ts';
import { udpFloor } from './udp-floor.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lk: { type: 'string' },
    repeats: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '14' },
  },
});
if (values.lk === undefined) {
  console.error('beside-lk: no program to compare with: add --lk PATH, of livekit-cli');
  process.exit(2);
}
const lk = values.lk;
const seconds = Number(values.seconds);
const LAUNCHER = join(import.meta.dirname, '../packages/cli/bin/swarm.mjs');
/** Join rate of lk at most, participants/s. */
const JOIN_RATE = 10;
/** Time between the last join and the first second that counts, s: keyframes, first reports. */
const SETTLE_SECONDS = 4;
const START_SECONDS = 6;
const REQUEST_TIMEOUT_SECONDS = 5;
const MIB = 2 ** 20;

interface Room {
  name: string;
  subscribers: number;
  media: 'video' | 'audio';
}

const ROOMS: Room[] = [
  { name: '100 subscribers of one 720p track', subscribers: 100, media: 'video' },
  { name: '50 subscribers of one 720p track', subscribers: 50, media: 'video' },
  { name: '100 subscribers of one audio track', subscribers: 100, media: 'audio' },
];

/** Name of the room in the server. */
const ROOM = 'beside-lk';

type Command = [program: string, ...args: string[]];

const swarm = (duration: string, ...args: string[]): Command => [
  process.execPath,
  LAUNCHER,
  ...['--room', ROOM, '--join-existing-rooms', '--duration', duration, '--quiet', ...args],
];

const publisher = ({ media }: Room, duration: string): Command =>
  swarm(
    duration,
    ...['--participants', '1', '--publish', media],
    ...(media === 'video' ? ['--video', '720p'] : []),
  );

interface Tool {
  name: 'swarm' | 'lk';
  /** Subscribers of the room. */
  command: (subscribers: string, duration: string) => Command;
}

const TOOLS: Tool[] = [
  {
    name: 'swarm',
    command: (subscribers, duration) =>
      swarm(
        duration,
        ...['--participants', '0', '--subscribers', subscribers],
        ...['--join-rate', String(JOIN_RATE)],
      ),
  },
  {
    name: 'lk',
    command: (subscribers, duration) => [
      lk,
      ...['load-test', '--room', ROOM, '--subscribers', subscribers],
      ...['--num-per-second', String(JOIN_RATE), '--duration', duration],
    ],
  },
];

/** CPU floor for the packets of the subscribers, cores: all receive one publisher. */
const floorOf = async ({ subscribers, media }: Room): Promise<number> => {
  const { rate, bytes } = rateOf(loadClip(media === 'video' ? 'vp8-720p' : 'speech'));
  const load = { sendRate: 0, receiveRate: rate, bytes };
  const micros = await udpFloor({ ...load, sockets: subscribers, threads: 1, seconds });
  return (micros * rate * subscribers) / 1e6;
};

type Server = Awaited<ReturnType<typeof startLiveKit>>;

/** Costs of the subscribers, once all have joined. */
interface Cost {
  cores: number;
  memoryMiB: number;
  /** Packets that the server sent. */
  packets: number;
}

/** Starts a program in a folder of its own; it is stopped on disposal. */
const startProgram = ([program, ...args]: Command, server: Server) => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-bench-'));
  const env = {
    ...process.env,
    // They take precedence in swarm, and may name a deployment of the user.
    ...{ SWARM_URL: undefined, SWARM_API_KEY: undefined, SWARM_API_SECRET: undefined },
    ...{ SWARM_API_URL: undefined, LIVEKIT_API_URL: undefined },
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  };
  const child = spawn(program, args, { cwd: dir, env, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve).on('error', resolve));
  return {
    pid: child.pid ?? -1,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

/** @throws Error when fewer participants are in the room after `seconds` */
const waitForParticipants = async (count: number, server: Server, within: number) => {
  const rooms = await roomServiceOf(server, REQUEST_TIMEOUT_SECONDS);
  const giveUpAt = Date.now() + 1_000 * within;
  for (;;) {
    const counts = (await rooms.listRooms()).map(({ numParticipants }) => numParticipants);
    if (Math.max(0, ...counts) >= count) return;
    if (Date.now() > giveUpAt) throw new Error(`${counts} of ${count} participants joined`);
    await sleep(250);
  }
};

const packetsSent = async (server: Server): Promise<number> => {
  const signal = AbortSignal.timeout(1_000 * REQUEST_TIMEOUT_SECONDS);
  const [node] = await metricsSource(server.metricsUrl).sample(signal);
  return node?.figures.packetsDown ?? Number.NaN;
};

const measure = async (tool: Tool, room: Room, server: Server): Promise<Cost> => {
  const planned = START_SECONDS + room.subscribers / JOIN_RATE + SETTLE_SECONDS + seconds;
  const duration = (spare: number): string => `${Math.ceil(planned + spare)}s`;
  await using _publisher = startProgram(publisher(room, duration(START_SECONDS + 4)), server);
  await waitForParticipants(1, server, 2 * START_SECONDS);
  await using subscribers = startProgram(
    tool.command(String(room.subscribers), duration(2)),
    server,
  );
  await waitForParticipants(room.subscribers + 1, server, planned);
  await sleep(1_000 * SETTLE_SECONDS);
  const cpuOf = () =>
    processCosts(subscribers.pid).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  const [cpu, from, sent] = [cpuOf(), performance.now(), await packetsSent(server)];
  await sleep(1_000 * seconds);
  const cores = (cpuOf() - cpu) / ((performance.now() - from) / 1_000);
  const packets = (await packetsSent(server)) - sent;
  const bytes = processCosts(subscribers.pid).reduce((sum, { pssBytes }) => sum + pssBytes, 0);
  return { cores, memoryMiB: bytes / MIB, packets };
};

/** Largest difference of packets of a pair of runs that count as the same work. */
const SAME_WORK = 0.02;

/** Costs of both tools for the same work, in turn. @throws Error when their packets differ twice */
const measurePair = async (room: Room, server: Server): Promise<Record<Tool['name'], Cost>> => {
  for (let attempt = 1; ; attempt++) {
    const costs: Partial<Record<Tool['name'], Cost>> = {};
    for (const tool of TOOLS) costs[tool.name] = await measure(tool, room, server);
    const { swarm, lk } = costs;
    if (swarm === undefined || lk === undefined) throw new RangeError('a tool is missing');
    if (Math.abs(lk.packets / swarm.packets - 1) <= SAME_WORK) return { swarm, lk };
    const difference = `${room.name}: the subscribers of swarm were sent ${swarm.packets} packets, those of lk ${lk.packets}`;
    if (attempt === 2) throw new Error(difference);
    console.error(`${difference}; once more`);
  }
};

const serverDir = mkdtempSync(join(tmpdir(), 'swarm-bench-'));
const server = await startLiveKit({ dir: serverDir });
try {
  console.log(
    '| room | packets sent | swarm, cores | lk, cores | lk / swarm | swarm, MiB | lk, MiB | floor, cores | lk / floor |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const room of ROOMS.filter(({ name }) => positionals.every((word) => name.includes(word)))) {
    const runs: Record<Tool['name'], Cost>[] = [];
    const floors: number[] = [];
    for (let run = 0; run < Number(values.repeats); run++) {
      runs.push(await measurePair(room, server));
      floors.push(await floorOf(room));
    }
    const cores = (tool: Tool['name']) => runs.map((run) => run[tool].cores);
    const memory = (tool: Tool['name']) => runs.map((run) => run[tool].memoryMiB);
    const packets = runs.map(({ swarm }) => swarm.packets);
    const lkOver = (others: number[]) =>
      spread(
        cores('lk').map((value, run) => value / (others[run] ?? Number.NaN)),
        1,
      );
    console.log(
      `| ${room.name} | ${spread(packets, 0)} | ${spread(cores('swarm'), 3)} | ${spread(cores('lk'), 3)} | ${lkOver(cores('swarm'))} | ${spread(memory('swarm'), 0)} | ${spread(memory('lk'), 0)} | ${spread(floors, 3)} | ${lkOver(floors)} |`,
    );
  }
} finally {
  await server[Symbol.asyncDispose]();
  rmSync(serverDir, { recursive: true, force: true });
}
