/**
 * `node bench/ab-agreement.ts [--sessions 10] [--new 99] [--records FOLDER]`: sessions of `swarm ab
 * --url A --url B --detect media_latency=5%`, in turns with two deployments that are alike and with
 * two whose latency of media differs by 5 %: the kernel delays what participants send by 20 ms, and
 * by 20 or 21 ms. Every session leaves its result in FOLDER and is not repeated, so that this
 * program can be ended and started again; `--new` limits how many it adds. Prints a Markdown table
 * of all sessions in FOLDER. Linux, root, nftables; about 70 s a session on a quiet host.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ComparisonOutput } from '@livekit-swarm/report/comparison';
import { EXIT_CODES } from '@livekit-swarm/settings';
import { startLateDeployments } from '../e2e/support/late-deployments.ts';
import { table } from '../scripts/docs/markdown.ts';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '10' },
    new: { type: 'string', default: '99' },
    records: { type: 'string', default: 'records/ab-agreement' },
  },
});

const CASES = { alike: [20, 20], planted: [20, 21] } as const;
type Case = keyof typeof CASES;

const PROGRAM = join(import.meta.dirname, '../packages/cli/src/main.ts');
const FIGURE = 'media_latency.avg';
const LOAD = ['--rooms', '3', '--duration', '3s', '--detect', 'media_latency=5%'];

/** Signals that end a session and this program, and leave no rule. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const fileOf = (one: Case, session: number): string =>
  join(values.records, `${one}-${session}.json`);

/** Runs a session and keeps its result, which appears under its name only when complete. */
const record = async (one: Case, session: number): Promise<void> => {
  const dir = mkdtempSync(join(values.records, 'part-'));
  try {
    await using late = await startLateDeployments(dir, CASES[one]);
    const folder = join(dir, 'session');
    const args = [PROGRAM, 'ab', ...late.flags, ...LOAD, '--record', folder, '--quiet'];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...late.env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const stop = (): void => void child.kill('SIGINT');
    for (const signal of SIGNALS) process.once(signal, stop);
    const [code] = (await once(child, 'close')) as [number | null];
    for (const signal of SIGNALS) process.off(signal, stop);
    const result = join(folder, 'comparison.json');
    if (code === EXIT_CODES.interrupted.code || !existsSync(result))
      throw new Error(`session ${session} (${one}) ended with ${code}, and has no result`);
    renameSync(result, fileOf(one, session));
    console.error(`${one}, session ${session}: load of this host ${loadavg()[0]?.toFixed(1)}`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const rowOf = (file: string): string[] => {
  const { comparisons, notes } = JSON.parse(
    readFileSync(join(values.records, file), 'utf8'),
  ) as ComparisonOutput;
  const [comparison] = comparisons;
  const note = notes.find((one) => one.code === 'detection');
  const figure = comparison?.figures.find((one) => one.figure === FIGURE);
  if (comparison === undefined || figure === undefined) return [file, 'no result'];
  const worse = comparison.figures.filter(({ verdict }) => verdict === 'worse');
  return [
    file.replace('.json', ''),
    String(note?.rounds ?? comparison.base.runs.length),
    note?.variation == null ? '–' : percent(note.variation),
    percent(figure.change?.relative ?? Number.NaN),
    comparison.verdict,
    worse.map((one) => one.figure).join(', '),
  ];
};

mkdirSync(values.records, { recursive: true });
let left = Number(values.new);
for (let session = 1; session <= Number(values.sessions); session++)
  for (const one of ['alike', 'planted'] as const)
    if (left > 0 && !existsSync(fileOf(one, session))) {
      await record(one, session);
      left--;
    }

const files = readdirSync(values.records).filter((name) => name.endsWith('.json'));
console.log(
  table(
    ['session', 'rounds', 'variation', 'change', 'verdict', 'worse'],
    files.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).map(rowOf),
  ),
);
