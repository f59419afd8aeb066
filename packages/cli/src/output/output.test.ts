import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Outcome, ReportInput } from '@livekit-swarm/report';
import { failedReport, passedReport } from '@livekit-swarm/testkit/reports';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Console } from '../console.ts';
import { type OutputFlags, openOutput } from './output.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-output-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
  vi.restoreAllMocks();
});

const streamOf = (): { stream: PassThrough; text: () => string } => {
  const stream = new PassThrough();
  let text = '';
  stream.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  return { stream, text: () => text };
};

const named = (input: ReportInput, name: string): ReportInput => {
  const folder = join(dir, 'records', name);
  mkdirSync(folder, { recursive: true });
  return {
    ...input,
    summary: { ...input.summary, scenario: { ...input.summary.scenario, name } },
    recordPath: join(folder, 'record.ndjson'),
  };
};

interface Written {
  exit: number;
  stdout: string;
  stderr: string;
}

const output = async (
  flags: Partial<OutputFlags>,
  outcomes: Outcome[],
  env: NodeJS.ProcessEnv = {},
  exit: 0 | 99 = 0,
): Promise<Written> => {
  const stdout = streamOf();
  const stderr = streamOf();
  const console: Console = { stdout: stdout.stream, stderr: stderr.stream, env };
  const out = openOutput({ report: [], color: false, ...flags }, console);
  for (const outcome of outcomes) await out.add(outcome);
  return { exit: await out.close(exit), stdout: stdout.text(), stderr: stderr.text() };
};

const read = (path: string): string => readFileSync(join(dir, path), 'utf8');
const file = (path: string): string => join(dir, path);

describe('the output of a run', () => {
  it('is text on stdout', async () => {
    const { stdout, stderr, exit } = await output({}, [named(passedReport(), 'a')]);
    expect(stdout).toMatch(/^✓ PASSED/);
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
  });

  it('is replaced by the requested reports', async () => {
    const { stdout } = await output({ json: true }, [named(passedReport(), 'a')]);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'passed' });
  });

  it('goes to files, too, whose folders are made', async () => {
    const report = [`json=${file('new/er/result.json')}`, `text=${file('new/text.txt')}`];
    const { stdout, stderr } = await output({ report }, [named(passedReport(), 'a')]);
    expect(stdout).toMatch(/^✓ PASSED/);
    expect(JSON.parse(read('new/er/result.json'))).toMatchObject({ verdict: 'passed' });
    expect(read('new/text.txt')).toBe(stdout);
    expect(stderr).toBe(
      `Report json: ${file('new/er/result.json')}\nReport text: ${file('new/text.txt')}\n`,
    );
    expect(readdirSync(file('new')).sort()).toEqual(['er', 'text.txt']);
  });

  it('goes to the folder of the record when no file was named', async () => {
    const { stderr } = await output({ report: ['json'], quiet: true }, [
      named(passedReport(), 'a'),
    ]);
    expect(JSON.parse(read('records/a/result.json'))).toMatchObject({ verdict: 'passed' });
    expect(stderr).toBe('');
  });

  it('replaces what was there, through a link as well', async () => {
    writeFileSync(file('old.json'), 'x'.repeat(1_000_000));
    symlinkSync('old.json', file('link.json'));
    await output({ report: [`json=${file('link.json')}`] }, [named(passedReport(), 'a')]);
    expect(JSON.parse(read('old.json'))).toMatchObject({ verdict: 'passed' });
    expect(readdirSync(dir).sort()).toEqual(['link.json', 'old.json', 'records']);
  });
});

describe('the output of several runs', () => {
  it('is shown one by one, and written together', async () => {
    const runs = [named(passedReport(), 'calls'), named(failedReport(), 'town hall')];
    const { stdout } = await output({ report: [`json=${file('all.json')}`, 'text'] }, runs, {}, 99);
    expect(stdout).toMatch(/^✓ PASSED[\s\S]*\n\n\n✗ FAILED/);
    expect(JSON.parse(read('all.json'))).toMatchObject({
      schema: 'livekit-swarm/results/2',
      verdict: 'failed',
      exitCode: 99,
      runs: [{ verdict: 'passed' }, { verdict: 'failed' }],
    });
    expect(read('records/calls/report.txt')).toMatch(/^✓ PASSED/);
    expect(read('records/town hall/report.txt')).toMatch(/^✗ FAILED/);
  });
});

describe('a report that cannot be made', () => {
  it('is reported, ends with 1, and does not affect the others', async () => {
    writeFileSync(file('file'), '');
    const report = [`json=${file('file/result.json')}`, `text=${file('report.txt')}`];
    const { exit, stdout, stderr } = await output({ report }, [named(passedReport(), 'a')]);
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^✓ PASSED/);
    expect(read('report.txt')).toMatch(/^✓ PASSED/);
    expect(stderr).toContain(
      `error: the report json could not be written to ${file('file/result.json')}: a part of the path is a file`,
    );
    expect(stderr).toContain(`swarm report ${file('records/a')} --report json=FILE`);
    expect(stderr).not.toMatch(/ at .*\.ts/);
  });

  it('does not hide a verdict that is not passed', async () => {
    writeFileSync(file('file'), '');
    const { exit, stderr } = await output(
      { report: [`json=${file('file/x')}`] },
      [named(failedReport(), 'a')],
      {},
      99,
    );
    expect(exit).toBe(99);
    expect(stderr).toMatch(/^error: the report json/);
  });

  it('may be an internal error: it is reported, and leaves no partial document', async () => {
    const broken = named(passedReport(), 'a');
    const report = [`json=${file('result.json')}`, `text=${file('report.txt')}`];
    // Whatever json reads of it throws; text does not read it.
    Object.defineProperty(broken.summary, 'environment', {
      get: () => {
        throw new Error('no environment');
      },
    });
    const { exit, stdout, stderr } = await output({ report }, [broken]);
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^✓ PASSED/);
    expect(stderr).toMatch(
      /the report json could not be written to [\s\S]*no environment[\s\S]*bug in swarm[\s\S]*Report text/,
    );
    expect(readdirSync(dir).sort()).toEqual(['records', 'report.txt']);
  });
});

describe('inside of GitHub Actions', () => {
  const env = (): NodeJS.ProcessEnv => ({
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: file('summary.md'),
  });

  it('annotations follow the text, and the summary is appended to what is there', async () => {
    writeFileSync(file('summary.md'), 'of another command\n');
    const { stdout, exit } = await output({}, [named(failedReport(), 'calls')], env(), 99);
    expect(stdout).toMatch(/^✗ FAILED[\s\S]*\n::error title=✗ calls%3A failed \(exit 99\)::/);
    expect(read('summary.md')).toMatch(
      /^of another command\n## ✗ calls: failed \(exit 99\) on .+\n/,
    );
    expect(exit).toBe(99);
  });

  it('what a machine reads from stdout stays clean: annotations go to stderr', async () => {
    const { stdout, stderr } = await output(
      { json: true },
      [named(failedReport(), 'calls')],
      env(),
      99,
    );
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'failed' });
    expect(stderr).toMatch(/^::error title=/);
  });

  it('everything that can be turned off, or written elsewhere', async () => {
    const off = await output({ github: false }, [named(failedReport(), 'calls')], env(), 99);
    expect(off.stdout).not.toContain('::error');
    expect(existsSync(file('summary.md'))).toBe(false);
    const elsewhere = await output(
      { report: ['github'] },
      [named(failedReport(), 'calls')],
      {},
      99,
    );
    expect(elsewhere.stdout).toMatch(/\n::error title=/);
    await output(
      { report: [`github=${file('annotations.txt')}`] },
      [named(failedReport(), 'calls')],
      env(),
      99,
    );
    expect(read('annotations.txt')).toMatch(/^::error title=/);
  });

  it('a summary that would be too large is not written, and what is there stays', async () => {
    writeFileSync(file('summary.md'), 'x'.repeat(1_024 * 1_024 - 100));
    const { stderr, exit } = await output({}, [named(passedReport(), 'calls')], env());
    expect(stderr).toMatch(/step summary is full/);
    expect(read('summary.md')).toMatch(/^x+$/);
    expect(exit).toBe(0);
  });
});
