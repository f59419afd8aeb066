import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLiveKit } from '@livekit-swarm/lab';
import { allGone, isRunning } from '@livekit-swarm/testkit/processes';
import { missing } from '@livekit-swarm/testkit/requirements';
import { beforeEach, describe, expect, test } from 'vitest';
import { spawnGuarded } from '../src/guard/guarded-process.ts';

/** Reason why this host has no CPU quotas; null: it has them. */
const unavailable = await missing('cpu-quota');

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-cpu-'));
});

/** Control groups of a guard, on any hierarchy of this system. */
const groupsOf = (guardPid: number): string[] =>
  ['', 'unified', 'cpu', 'cpu,cpuacct']
    .map((place) => join('/sys/fs/cgroup', place, `livekit-swarm-${guardPid}`))
    .filter((group) => existsSync(group));

/** Process ids of guards on this host that own a control group. */
const ownersOfGroups = (): number[] =>
  ['', 'unified', 'cpu', 'cpu,cpuacct']
    .map((place) => join('/sys/fs/cgroup', place))
    .flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))
    .flatMap((name) => /^livekit-swarm-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number);

/** CPU time of a process with all its threads, s (proc(5): fields 14 and 15, in hundredths). */
const cpuSeconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

describe('a CPU quota', () => {
  beforeEach(({ skip }) => skip(unavailable !== null, unavailable ?? ''));

  test('is enforced, and removed with the process', async () => {
    const busy = await spawnGuarded({
      command: '/bin/sh',
      args: ['-c', 'while :; do :; done'],
      env: {},
      logFile: join(dir, 'log'),
      limits: { cpuCores: 0.2 },
    });
    try {
      expect(groupsOf(busy.guardPid)).toHaveLength(1);
      await sleep(500);
      const before = cpuSeconds(busy.pid);
      await sleep(2_000);
      expect(cpuSeconds(busy.pid) - before).toBeLessThan(0.6);
    } finally {
      busy.signal('SIGKILL');
    }
    await busy.exited;
    expect(await allGone([busy.pid, busy.guardPid])).toBe(true);
    expect(groupsOf(busy.guardPid)).toEqual([]);
  });

  test('is removed with a server that is stopped, and after its guard is killed', async () => {
    const stopped = await startLiveKit({ dir, limits: { cpuCores: 0.5 } });
    expect(groupsOf(stopped.guardPid)).toHaveLength(1);
    await stopped.stop();
    expect(await allGone([stopped.pid, stopped.guardPid])).toBe(true);
    expect(groupsOf(stopped.guardPid)).toEqual([]);

    const orphaned = await startLiveKit({ dir, limits: { cpuCores: 0.5 } });
    process.kill(orphaned.guardPid, 'SIGKILL');
    await orphaned.exited;
    expect(await allGone([orphaned.pid])).toBe(true);
    // If the server has not quite ended, its group is removed by the next one with a limit.
    const next = await startLiveKit({ dir, limits: { cpuCores: 0.5 } });
    expect(groupsOf(orphaned.guardPid)).toEqual([]);
    await next.stop();
  });

  test('leaves nothing behind if the server cannot start', async () => {
    await expect(
      startLiveKit({ dir, limits: { cpuCores: 0.5 }, config: { no_such_setting: true } }),
    ).rejects.toMatchObject({
      code: 'server_ended',
    });
    expect(ownersOfGroups().filter((owner) => !isRunning(owner))).toEqual([]);
  });
});

if (unavailable !== null)
  test('a server that needs a quota is refused where there are no quotas', async () => {
    await expect(startLiveKit({ dir, limits: { cpuCores: 0.5 } })).rejects.toMatchObject({
      code: 'no_cpu_limit',
    });
  });
