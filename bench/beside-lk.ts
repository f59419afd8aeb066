/**
 * `node scripts/run.mjs bench/beside-lk.ts --lk PATH [--repeats 3] [--seconds 14] [WORD]`: CPU time
 * and memory (PSS) of `swarm` and of `lk load-test`, in turn, in the same rooms of the same server,
 * over the same number of seconds, once all participants have joined. Launcher, CLI and workers
 * count; the server does not. The third is the floor: bare UDP and AES-256-GCM for the packets of
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

interface Tool {
  name: 'swarm' | 'lk';
  command: (room: Room, duration: string) => [program: string, ...args: string[]];
}

const TOOLS: Tool[] = [
  {
    name: 'swarm',
    command: ({ subscribers, media }, duration) => [
      process.execPath,
      LAUNCHER,
      ...['--rooms', '1', '--participants', '1', '--subscribers', String(subscribers)],
      ...['--publish', media, ...(media === 'video' ? ['--video', '720p'] : [])],
      ...['--join-rate', String(JOIN_RATE), '--duration', duration, '--quiet'],
    ],
  },
  {
    name: 'lk',
    command: ({ subscribers, media }, duration) => [
      lk,
      ...['load-test', `--${media}-publishers`, '1', '--subscribers', String(subscribers)],
      ...(media === 'video' ? ['--video-codec', 'vp8', '--no-simulcast'] : []),
      ...['--num-per-second', String(JOIN_RATE), '--duration', duration],
    ],
  },
];

/** CPU floor for the packets of a room, cores: all subscribers receive one publisher. */
const floorOf = async ({ subscribers, media }: Room): Promise<number> => {
  const { rate, bytes } = rateOf(loadClip(media === 'video' ? 'vp8-720p' : 'speech'));
  const sockets = subscribers + 1;
  const load = { sendRate: rate / sockets, receiveRate: (rate * subscribers) / sockets, bytes };
  const micros = await udpFloor({ ...load, sockets, threads: 1, seconds });
  return (micros * rate * sockets) / 1e6;
};

type Server = Awaited<ReturnType<typeof startLiveKit>>;

/** CPU (cores) and memory (MiB) of all processes of a tool, once all participants have joined. */
const measure = async (tool: Tool, room: Room, server: Server): Promise<[number, number]> => {
  const participants = room.subscribers + 1;
  const planned = START_SECONDS + participants / JOIN_RATE + SETTLE_SECONDS + seconds;
  const [program, ...args] = tool.command(room, `${Math.ceil(planned + 2)}s`);
  const dir = mkdtempSync(join(tmpdir(), 'swarm-bench-'));
  const env = {
    ...process.env,
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  };
  const child = spawn(program, args, { cwd: dir, env, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve).on('error', resolve));
  try {
    const rooms = await roomServiceOf(server, REQUEST_TIMEOUT_SECONDS);
    const giveUpAt = Date.now() + 1_000 * planned;
    for (;;) {
      const counts = (await rooms.listRooms()).map(({ numParticipants }) => numParticipants);
      if (Math.max(0, ...counts) >= participants) break;
      if (Date.now() > giveUpAt)
        throw new Error(`${tool.name}: ${counts} of ${participants} participants joined`);
      await sleep(250);
    }
    await sleep(1_000 * SETTLE_SECONDS);
    const pid = child.pid ?? -1;
    const cpuOf = () => processCosts(pid).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
    const [before, from] = [cpuOf(), performance.now()];
    await sleep(1_000 * seconds);
    const cores = (cpuOf() - before) / ((performance.now() - from) / 1_000);
    const bytes = processCosts(pid).reduce((sum, { pssBytes }) => sum + pssBytes, 0);
    return [cores, bytes / MIB];
  } finally {
    child.kill('SIGTERM');
    await ended;
    rmSync(dir, { recursive: true, force: true });
  }
};

const serverDir = mkdtempSync(join(tmpdir(), 'swarm-bench-'));
const server = await startLiveKit({ dir: serverDir });
try {
  console.log(
    '| room | swarm, cores | lk, cores | lk / swarm | swarm, MiB | lk, MiB | floor, cores | lk / floor |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const room of ROOMS.filter(({ name }) => positionals.every((word) => name.includes(word)))) {
    const runs = { swarm: [] as [number, number][], lk: [] as [number, number][] };
    const floors: number[] = [];
    for (let run = 0; run < Number(values.repeats); run++) {
      for (const tool of TOOLS) runs[tool.name].push(await measure(tool, room, server));
      floors.push(await floorOf(room));
    }
    const cores = (tool: Tool['name']) => runs[tool].map(([value]) => value);
    const memory = (tool: Tool['name']) => runs[tool].map(([, value]) => value);
    const lkOver = (others: number[]) =>
      spread(
        cores('lk').map((value, run) => value / (others[run] ?? Number.NaN)),
        1,
      );
    console.log(
      `| ${room.name} | ${spread(cores('swarm'), 3)} | ${spread(cores('lk'), 3)} | ${lkOver(cores('swarm'))} | ${spread(memory('swarm'), 0)} | ${spread(memory('lk'), 0)} | ${spread(floors, 3)} | ${lkOver(floors)} |`,
    );
  }
} finally {
  await server[Symbol.asyncDispose]();
  rmSync(serverDir, { recursive: true, force: true });
}
