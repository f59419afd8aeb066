/**
 * `node scripts/run.mjs bench/start-up.ts [--repeats 9] [--joins 5]`: duration of `swarm
 * --version`, `--help` and refusals, and of `npm start` until the first join, compared with an
 * empty program of the same Node. The table of docs/performance.md, "Start-up".
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { recordLines } from '@livekit-swarm/record';
import { spread } from './spread.ts';

const ROOT = join(import.meta.dirname, '..');
const SWARM = join(ROOT, 'packages/cli/bin/swarm.mjs');

/** Duration of one start, ms. CPU is that of all processes that it started and awaited. */
interface Start {
  wall: number;
  cpu: number;
}

/** Pattern of the second line of bash's `times`: user and system time of its children. */
const CHILD_TIMES = /\n(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/;

const start = (...command: string[]): Start => {
  const begun = performance.now();
  const { stdout } = spawnSync(
    'bash',
    ['-c', '"$@" >/dev/null 2>&1 </dev/null; times', 'bash', ...command],
    { encoding: 'utf8' },
  );
  const wall = performance.now() - begun;
  const [, ...parts] = CHILD_TIMES.exec(stdout) ?? [];
  const [userMin = Number.NaN, user = 0, systemMin = 0, system = 0] = parts.map(Number);
  return { wall, cpu: 1_000 * (60 * (userMin + systemMin) + user + system) };
};

/** Time from the start of `npm start` until its first participant has joined, by the wall clock. */
const firstJoin = async (dir: string): Promise<Start> => {
  const record = join(dir, 'record');
  const begunAt = Date.now();
  const load = ['--rooms', '1', '--duration', '1s', '--quiet', '--record', record];
  const { cpu } = start('npm', 'start', '--silent', '--prefix', ROOT, '--', ...load);
  let startedAtMs = Number.NaN;
  for await (const line of recordLines(record)) {
    if (line.type === 'header') startedAtMs = line.startedAtMs;
    if (line.type !== 'event' || line.event !== 'joined') continue;
    rmSync(record, { recursive: true });
    return { wall: startedAtMs + line.at - begunAt, cpu };
  }
  throw new Error('no participant joined');
};

const figures = (starts: readonly Start[], read: (start: Start) => number): string =>
  spread(starts.map(read), 0);

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '9' },
    joins: { type: 'string', default: '5' },
  },
});
const dir = mkdtempSync(join(tmpdir(), 'swarm-bench-'));
try {
  const invalid = join(dir, 'invalid.yaml');
  writeFileSync(invalid, 'groups:\n  - executor: constant-romms\n');
  const cases: Record<string, string[]> = {
    'an empty program': [process.execPath, '-e', '0'],
    'swarm --version': [process.execPath, SWARM, '--version'],
    'swarm --help': [process.execPath, SWARM, '--help'],
    'swarm --romms 3 (unknown flag)': [process.execPath, SWARM, '--romms', '3'],
    'swarm --rooms x (wrong value)': [process.execPath, SWARM, '--rooms', 'x'],
    'swarm run invalid.yaml': [process.execPath, SWARM, 'run', invalid],
  };
  const starts = new Map<string, Start[]>(Object.keys(cases).map((name) => [name, []]));
  // In turns, so that a busy second of the host affects all of them. The first turn fills the
  // compile cache.
  for (let repeat = 0; repeat <= Number(values.repeats); repeat++)
    for (const [name, command] of Object.entries(cases)) {
      const one = start(...command);
      if (repeat > 0) starts.get(name)?.push(one);
    }
  const joins: Start[] = [];
  for (let repeat = 0; repeat < Number(values.joins); repeat++) joins.push(await firstJoin(dir));
  if (joins.length > 0) starts.set('npm start, until the first join', joins);
  console.log('| start | wall, ms | CPU, ms |');
  console.log('| --- | --- | --- |');
  for (const [name, all] of starts)
    console.log(
      `| ${name} | ${figures(all, ({ wall }) => wall)} | ${figures(all, ({ cpu }) => cpu)} |`,
    );
} finally {
  rmSync(dir, { recursive: true, force: true });
}
