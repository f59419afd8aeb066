import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLiveKit } from '@livekit-swarm/lab';
import { describe, expect, it } from 'vitest';
import type { ProcessId } from '../support/processes.ts';
import {
  expectGone,
  resultOf,
  runSwarm,
  type Swarm,
  scratch,
  startSwarm,
} from '../support/swarm.ts';

/** Long enough that only what the test does can end it. */
const CROWD = ['--rooms', '4', '--duration', '120s', '--processes', '2'];

/** A run whose participants are connected and whose media flows. */
const inFullSwing = async (
  args: string[] = [],
): Promise<{ swarm: Swarm; dir: string; processes: ProcessId[] }> => {
  const dir = join(scratch(), 'record');
  const swarm = startSwarm([...CROWD, '--record', dir, ...args]);
  await swarm.says(/steady 8\/8 in, 0 failed \| packets up [1-9]/);
  return { swarm, dir, processes: swarm.processes() };
};

const isServer = ({ name }: ProcessId): boolean => name.startsWith('livekit-server');
const isWorker = ({ command, name }: ProcessId): boolean =>
  `${name} ${command}`.includes('swarm process');

const only = (processes: ProcessId[], test: (process: ProcessId) => boolean): ProcessId => {
  const [found] = processes.filter(test);
  if (found === undefined)
    throw new Error(`not among ${processes.map(({ name }) => name).join(', ')}`);
  return found;
};

const recordOf = (dir: string): string => readFileSync(join(dir, 'record.ndjson'), 'utf8');
const logOf = (dir: string): string => readFileSync(join(dir, 'livekit-server.log'), 'utf8');

describe('Ctrl-C', () => {
  it('once: all participants leave, the run is evaluated, recorded and reported; exit 130', async () => {
    const { swarm, dir, processes } = await inFullSwing();
    swarm.signal('SIGINT');
    expect(await swarm.ended).toBe(130);
    expect(swarm.stderr()).toMatch(/Interrupted: stopping gracefully/);
    expect(swarm.stdout()).toMatch(/interrupted \(exit 130\)/);
    expect(swarm.stdout()).toMatch(/8 of 8 joined/);
    expect(recordOf(dir).match(/"type":"participant"/g)).toHaveLength(8);
    expect(recordOf(dir)).toMatch(/"type":"end".*"reason":"interrupted"}\n$/);
    expect(logOf(dir).match(/"participant closing".*CLIENT_REQUEST_LEAVE/g)).toHaveLength(8);
    await expectGone(processes);
    const again = await runSwarm(['report', dir, '--json']);
    expect(resultOf(again)).toMatchObject({ exitCode: 130, end: { reason: 'interrupted' } });
  });

  it('prints exactly one object with --json', async () => {
    const { swarm } = await inFullSwing(['--json']);
    swarm.signal('SIGTERM');
    expect(await swarm.ended).toBe(130);
    expect(resultOf({ stdout: swarm.stdout() })).toMatchObject({
      exitCode: 130,
      joins: { planned: 8, joined: 8 },
    });
  });

  it('while participants still join: the others never do', async () => {
    const dir = join(scratch(), 'record');
    const swarm = startSwarm(['--rooms', '100', '--join-rate', '5', '--record', dir, '--json']);
    await swarm.says(/joining [1-9]/);
    swarm.signal('SIGINT');
    expect(await swarm.ended).toBe(130);
    const { joins } = resultOf({ stdout: swarm.stdout() });
    expect(joins.planned).toBe(200);
    expect(joins.joined).toBeLessThan(60);
    expect(joins.failed).toBe(0);
  });

  it('twice: at once', async () => {
    const { swarm, dir, processes } = await inFullSwing();
    swarm.signal('SIGINT');
    // Long enough to count as a second press.
    await sleep(250);
    swarm.signal('SIGINT');
    const at = performance.now();
    expect(await swarm.ended).toBe(130);
    expect(performance.now() - at).toBeLessThan(1_000);
    await expectGone(processes);
    expect(recordOf(dir)).toMatch(/"event":"joined"/);
  });

  it('before any participant joined: no record is left', async () => {
    const dir = scratch();
    const swarm = startSwarm(CROWD, {}, dir);
    await swarm.says(/→ livekit-server/);
    swarm.signal('SIGINT');
    expect(await swarm.ended).toBe(130);
    await expectGone(swarm.processes());
    const left = existsSync(join(dir, 'records'))
      ? readdirSync(join(dir, 'records'), { recursive: true })
      : [];
    expect(
      left.filter(
        (name) => String(name).endsWith('.ndjson') && !swarm.stdout().includes(String(name)),
      ),
    ).toEqual([]);
  });
});

describe('a terminal that hangs up, a supervisor that kills', () => {
  it.each(['SIGHUP', 'SIGKILL'] as const)('%s leaves nothing behind', async (signal) => {
    const { swarm, dir, processes } = await inFullSwing();
    expect(processes.filter(isServer)).toHaveLength(1);
    expect(processes.filter(isWorker)).toHaveLength(2);
    swarm.signal(signal);
    await swarm.ended;
    await expectGone(processes);
    // The record exists and is marked as truncated.
    const { exit, stdout } = await runSwarm(['report', dir, '--json']);
    expect(exit).not.toBe(0);
    expect(resultOf({ stdout })).toMatchObject({ end: null });
  });
});

describe('a server that crashes', () => {
  it('is noticed, ends the run early, and fails it with a sentence', async () => {
    const { swarm, dir, processes } = await inFullSwing();
    // Go's runtime answers with a dump of all goroutines, and exit code 2: as for a panic.
    process.kill(only(processes, isServer).pid, 'SIGABRT');
    const at = performance.now();
    expect(await swarm.ended).toBe(99);
    expect(performance.now() - at).toBeLessThan(15_000);
    expect(swarm.stdout()).toMatch(/✗ FAILED \(exit 99\)/);
    expect(swarm.stdout()).toMatch(/The server died \d+\.\d s into the run/);
    expect(recordOf(dir)).toMatch(/"event":"server_died","reason":"crashed".*exit code 2/);
    expect(recordOf(dir)).toMatch(/"event":"signal_lost"/);
    await expectGone(processes);
  });
});

describe('a worker that dies', () => {
  it('ends only its own participants; the run continues and is inconclusive', async () => {
    const dir = join(scratch(), 'record');
    const swarm = startSwarm([
      '--rooms',
      '4',
      '--duration',
      '12s',
      '--processes',
      '2',
      '--record',
      dir,
      '--json',
    ]);
    await swarm.says(/steady 8\/8 in/);
    process.kill(only(swarm.processes(), isWorker).pid, 'SIGKILL');
    expect(await swarm.ended).toBe(98);
    const result = resultOf({ stdout: swarm.stdout() });
    expect(result).toMatchObject({
      verdict: 'inconclusive',
      end: { reason: 'completed' },
      joins: { planned: 8, unaccounted: 0 },
    });
    expect(result.generator).toMatchObject({ processes: 2, processesDied: 1 });
    expect(result.reasons[0]?.text).toMatch(/^1 of 2 processes died/);
    expect(recordOf(dir).match(/"outcome":"process_died"/g)).toHaveLength(4);
    expect(recordOf(dir).match(/"outcome":"left"/g)).toHaveLength(4);
    expect(recordOf(dir)).toMatch(/"event":"process_died","shard":\d,"reason":"SIGKILL"/);
  });
});

describe('a disk that fills up', () => {
  it('ends the run, as nothing of it would be known', async () => {
    const server = await startLiveKit({ dir: scratch() });
    const keys = { LIVEKIT_API_KEY: server.apiKey, LIVEKIT_API_SECRET: server.apiSecret };
    // In blocks of 512 bytes or of 1 KiB, as the shell likes it; the server is not under this limit.
    const swarm = startSwarm(['--url', server.url, ...CROWD], keys, scratch(), [
      '/bin/sh',
      '-c',
      'ulimit -f 48; exec "$@"',
      'sh',
    ]);
    await swarm.says(/joining|steady/);
    const processes = swarm.processes();
    expect(await swarm.ended).toBe(98);
    expect(swarm.stderr()).toMatch(
      /record\.ndjson: the record cannot be written any more: .*\n {2}→ the run has no result/,
    );
    expect(swarm.stdout()).toBe('');
    await expectGone(processes);
    await server.stop();
  });
});
