/**
 * `node scripts/run.mjs --no-engine bench/first-start.ts [--repeats 3] [--warm]`: time and CPU of a
 * first `npm start`: clones the committed state of this checkout, with empty caches of npm, Cargo,
 * Go and livekit-swarm. `--warm`: one more start, which finds fetched packages in the caches, and
 * nothing that is compiled. The table of docs/install.md, "How long it takes".
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { recordLines } from '@livekit-swarm/record';

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '3' },
    warm: { type: 'boolean', default: false },
  },
});

const ROOT = join(import.meta.dirname, '..');
/** Programs whose time and CPU are measured one by one. */
const TOOLS = ['npm', 'cargo', 'go'] as const;

/** Times of one start, s. */
interface FirstStart {
  exit: number | null;
  /** Time until the first participant has joined. */
  firstJoin: number;
  ended: number;
  cpu: number;
  tools: Record<string, { wall: number; cpu: number }>;
}

/**
 * Programs in front of the tools on PATH that note wall and CPU time of each call. The calls of
 * `npm start` itself are left out: npm runs beside everything.
 */
const timedTools = (folder: string, notes: string): void => {
  mkdirSync(folder);
  for (const tool of TOOLS) {
    const real = execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();
    const file = join(folder, tool);
    writeFileSync(
      file,
      `#!/bin/bash\nTIMEFORMAT='${tool} %R %U %S'\ntime_of() { { time "${real}" "$@" 2>&3; } 3>&2 2>>'${notes}'; }\n[ "$1" = start ] && exec "${real}" "$@"\ntime_of "$@"\n`,
    );
    chmodSync(file, 0o755);
  }
};

/** Second line of bash's `times`: user and system time of what it has waited for. */
const CHILD_TIMES = /\n(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/;

const measure = async (work: string, caches: string): Promise<FirstStart> => {
  const clone = join(work, 'clone');
  const notes = join(work, 'times');
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', ROOT, clone]);
  timedTools(join(work, 'bin'), notes);
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(SWARM_|LIVEKIT_|CI$|npm_|INIT_CWD$|NODE_COMPILE_CACHE$)/.test(name),
  );
  const env = {
    ...Object.fromEntries(kept),
    PATH: `${join(work, 'bin')}:${process.env.PATH}`,
    npm_config_cache: join(caches, 'npm'),
    CARGO_HOME: join(caches, 'cargo'),
    GOMODCACHE: join(caches, 'go'),
    // A start with warm caches still compiles everything.
    GOCACHE: join(work, 'go-build'),
    XDG_CACHE_HOME: join(work, 'cache'),
  };
  const begunAt = Date.now();
  const { stdout, stderr, status } = spawnSync(
    'bash',
    ['-c', 'npm start; code=$?; times; exit $code'],
    { cwd: clone, env, encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  const ended = (Date.now() - begunAt) / 1_000;
  process.stderr.write(`${stderr}${stdout}`);
  const [, ...parts] = CHILD_TIMES.exec(stdout) ?? [];
  const [userMin = Number.NaN, user = 0, systemMin = 0, system = 0] = parts.map(Number);
  return {
    exit: status,
    firstJoin: ((await firstJoinAt(join(clone, 'records'))) - begunAt) / 1_000,
    ended,
    cpu: 60 * (userMin + systemMin) + user + system,
    tools: toolTimes(notes),
  };
};

/** Sums of all calls of each tool. */
const toolTimes = (notes: string): FirstStart['tools'] => {
  const tools: FirstStart['tools'] = {};
  for (const line of readFileSync(notes, 'utf8').split('\n')) {
    const [, tool = '', ...times] = /^(npm|cargo|go) ([\d.]+) ([\d.]+) ([\d.]+)$/.exec(line) ?? [];
    if (tool === '') continue;
    const [wall = 0, user = 0, system = 0] = times.map(Number);
    const before = tools[tool] ?? { wall: 0, cpu: 0 };
    tools[tool] = { wall: before.wall + wall, cpu: before.cpu + user + system };
  }
  return tools;
};

/** Unix time of the first join in the only record of a folder, ms. */
const firstJoinAt = async (records: string): Promise<number> => {
  const [name = ''] = readdirSync(records);
  let startedAtMs = Number.NaN;
  for await (const line of recordLines(join(records, name))) {
    if (line.type === 'header') startedAtMs = line.startedAtMs;
    if (line.type === 'event' && line.event === 'joined') return startedAtMs + line.at;
  }
  throw new Error('no participant joined');
};

const tool = ({ tools }: FirstStart, name: string): string => {
  const { wall = Number.NaN, cpu = Number.NaN } = tools[name] ?? {};
  return `${wall.toFixed(0)} (${cpu.toFixed(0)})`;
};

const rows: string[] = [];
const note = (title: string, one: FirstStart): void => {
  rows.push(
    `| ${title} | ${one.firstJoin.toFixed(0)} | ${one.ended.toFixed(0)} | ${one.cpu.toFixed(0)} | ${tool(one, 'npm')} | ${tool(one, 'cargo')} | ${tool(one, 'go')} | ${one.exit} |`,
  );
  process.stderr.write(`${rows.at(-1)}\n`);
};

const withFolder = async <T>(use: (folder: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'swarm-first-start-'));
  try {
    return await use(folder);
  } finally {
    // Go makes its modules read-only.
    execFileSync('chmod', ['-R', 'u+w', folder]);
    rmSync(folder, { recursive: true });
  }
};

await withFolder(async (caches) => {
  for (let repeat = 1; repeat <= Number(values.repeats); repeat++) {
    const empty = join(caches, String(repeat));
    note(`${repeat}, empty caches`, await withFolder((work) => measure(work, empty)));
    const isLast = repeat === Number(values.repeats);
    if (isLast && values.warm)
      note('packages fetched', await withFolder((work) => measure(work, empty)));
  }
});
console.log(
  '| start | first join, s | end, s | CPU, s | npm, s (CPU) | Cargo, s (CPU) | Go, s (CPU) | exit code |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const row of rows) console.log(row);
