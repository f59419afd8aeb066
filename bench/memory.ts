/**
 * `node scripts/run.mjs bench/memory.ts [--participants 100,400] [--repeats 3] [--seconds 12]`: PSS
 * of CLI and workers of `swarm` with audio rooms of two, once all participants are
 * connected, and what each participant adds from the smallest load to the largest. The server on
 * this host is not counted.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type ProcessRole, processCosts } from './process-costs.ts';
import { printSlope } from './slope.ts';
import { spread } from './spread.ts';

const { values } = parseArgs({
  options: {
    participants: { type: 'string', default: '100,400' },
    repeats: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '12' },
    'join-rate': { type: 'string', default: '50' },
  },
});
const loads = values.participants.split(',').map(Number);
const seconds = Number(values.seconds);
const joinRate = Number(values['join-rate']);
const LAUNCHER = join(import.meta.dirname, '../packages/cli/bin/swarm.mjs');
const ROLES = ['cli', 'guard', 'worker'] as const satisfies readonly ProcessRole[];
/** Time for the CLI, a server and a worker to start, s. */
const START_SECONDS = 2;
const MIB = 2 ** 20;

/** Memory by role in the last third of the run, MiB. */
const measure = async (participants: number): Promise<Record<ProcessRole, number>> => {
  const record = mkdtempSync(join(tmpdir(), 'swarm-bench-'));
  const rooms = String(Math.ceil(participants / 2));
  const flags = ['--rooms', rooms, '--participants', '2', '--publish', 'audio'];
  const options = ['--join-rate', String(joinRate), '--duration', `${seconds}s`, '--quiet'];
  const swarm = spawn(
    process.execPath,
    [LAUNCHER, ...flags, ...options, '--record', join(record, 'record')],
    { stdio: 'ignore' },
  );
  try {
    await sleep((START_SECONDS + participants / joinRate + (seconds * 2) / 3) * 1_000);
    const sums = { cli: 0, guard: 0, worker: 0, server: 0, other: 0 };
    for (const { role, pssBytes } of processCosts(swarm.pid ?? -1)) sums[role] += pssBytes / MIB;
    if (sums.worker === 0) throw new Error(`swarm with ${participants} participants has no worker`);
    return sums;
  } finally {
    await new Promise((resolve) =>
      swarm.exitCode === null ? swarm.on('exit', resolve) : resolve(0),
    );
    rmSync(record, { recursive: true, force: true });
  }
};

console.log(`| participants | ${ROLES.join(' | ')} | together, MiB |`);
console.log(`| --- |${' --- |'.repeat(ROLES.length + 1)}`);
const totals = new Map<number, number[]>();
for (const participants of loads) {
  const runs: Record<ProcessRole, number>[] = [];
  for (let run = 0; run < Number(values.repeats); run++) runs.push(await measure(participants));
  const all = runs.map((run) => ROLES.reduce((sum, role) => sum + run[role], 0));
  totals.set(participants, all);
  const cells = ROLES.map((role) =>
    spread(
      runs.map((run) => run[role]),
      0,
    ),
  );
  console.log(`| ${participants} | ${cells.join(' | ')} | ${spread(all, 0)} |`);
}
printSlope('MiB', totals);
