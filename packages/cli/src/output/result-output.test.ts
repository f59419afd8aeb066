import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import type { Reporter } from '@livekit-swarm/report';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitCodeAfter, openResultOutput, type ResultOutputFlags } from './result-output.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-result-output-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const REPORTERS = {
  text: {
    about: 'for a terminal',
    fileName: 'sum.txt',
    render: (sum, { color = false } = {}) => `${color ? 'coloured ' : ''}${sum}\n`,
  },
  json: { about: 'for machines', fileName: 'sum.json', render: (sum) => `{"sum":${sum}}\n` },
} as const satisfies Record<string, Reporter<number>>;

const collect = (): { stream: PassThrough; text: () => string } => {
  const stream = new PassThrough();
  let text = '';
  stream.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  return { stream, text: () => text };
};

const outputOf = (
  flags: Partial<ResultOutputFlags>,
  env: NodeJS.ProcessEnv = {},
  terminal = {},
) => {
  const [stdout, stderr] = [collect(), collect()];
  Object.assign(stderr.stream, terminal);
  const output = openResultOutput(
    REPORTERS,
    { report: [], color: true, ...flags },
    { stdout: stdout.stream, stderr: stderr.stream, env },
  );
  return { output, stdout: stdout.text, stderr: stderr.text };
};

describe('the output of a command with one result', () => {
  it('is text on stdout, and reports in files, whose paths are on stderr', async () => {
    const file = join(dir, 'new', 'sum.json');
    const { output, stdout, stderr } = outputOf({ report: [`json=${file}`] });
    expect(await output.show(42)).toBe(true);
    expect(stdout()).toBe('42\n');
    expect(readFileSync(file, 'utf8')).toBe('{"sum":42}\n');
    expect(stderr()).toBe(`Report json: ${file}\n`);
  });

  it('links reports and the folder on a terminal that has links', async () => {
    const { output, stderr } = outputOf(
      { report: ['json'] },
      { TERM: 'xterm-kitty' },
      { isTTY: true },
    );
    expect(await output.finish(42, dir, 'records and result')).toBe(true);
    expect(stderr().split('\u001b]8;;file:')).toHaveLength(3);
  });

  it('leaves stderr empty with --quiet', async () => {
    const { output, stdout, stderr } = outputOf({ report: ['json'], quiet: true });
    expect(await output.finish(42, dir, 'records and result')).toBe(true);
    expect(stdout()).toBe('42\n');
    expect(stderr()).toBe('');
    expect(readdirSync(dir).sort()).toEqual(['sum.json', 'sum.txt']);
  });

  it('has one report alone on stdout, in colours where they are wanted', async () => {
    const json = outputOf({ json: true });
    await json.output.show(42);
    expect(json.stdout()).toBe('{"sum":42}\n');
    const coloured = outputOf({}, { FORCE_COLOR: '1' });
    await coloured.output.show(42);
    expect(coloured.stdout()).toBe('coloured 42\n');
  });

  it('keeps a result in spite of a full disk behind stdout', async () => {
    const full = new Writable({
      write: (_piece, _encoding, done) =>
        done(Object.assign(new Error('no space left'), { code: 'ENOSPC', errno: -28 })),
    });
    const stderr = collect();
    const output = openResultOutput(
      REPORTERS,
      { report: [], color: true },
      { stdout: full, stderr: stderr.stream, env: {} },
    );
    expect(await output.finish(42, dir, 'records and result')).toBe(false);
    expect(stderr.text()).toContain('the report text could not be written to stdout');
    expect(stderr.text()).toContain(`the records are in ${dir}`);
    expect(readdirSync(dir).sort()).toEqual(['sum.json', 'sum.txt']);
  });

  it('names a report that cannot be written, and turns success into an error', async () => {
    const file = join(dir, 'folder');
    mkdirSync(join(file, 'sum.json'), { recursive: true });
    const { output, stdout, stderr } = outputOf({ report: [`json=${file}`] });
    expect(await output.show(42)).toBe(false);
    expect(stdout()).toBe('42\n');
    expect(stderr()).toContain('the report json could not be written to');
    expect(stderr()).toContain('--report json=FILE');
    expect([exitCodeAfter(false, 0), exitCodeAfter(false, 99), exitCodeAfter(true, 0)]).toEqual([
      1, 99, 0,
    ]);
  });
});
