import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ComparisonOutput } from '@livekit-swarm/report/comparison';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectPassedUnlessBusy, expectSameUnlessBusy } from '../support/busy-host.ts';
import { type Outcome, resultOf, runSwarm } from '../support/swarm.ts';

const LOAD = ['--rooms', '5', '--duration', '8s', '--quiet'];
/** Folder of all tests of this file; `scratch` makes one for a single test. */
const dir = mkdtempSync(join(tmpdir(), 'swarm-compare-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const base = join(dir, 'base');

const comparisonOf = ({ stdout }: Outcome): ComparisonOutput =>
  JSON.parse(stdout) as ComparisonOutput;

/** A copy of a record with some of its text changed. */
const copyOf = (record: string, name: string, change: (text: string) => string): string => {
  const folder = join(dir, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'record.ndjson'),
    change(readFileSync(join(record, 'record.ndjson'), 'utf8')),
  );
  return folder;
};

beforeAll(async () => {
  const outcome = await runSwarm([...LOAD, '--record', base, '--json']);
  expectPassedUnlessBusy(outcome.exit, resultOf(outcome));
});

describe('swarm compare', () => {
  it('shows no difference between a run and itself', async () => {
    const outcome = await runSwarm(['compare', base, base, '--json']);
    expectSameUnlessBusy(outcome.exit, comparisonOf(outcome));
    const { exit, stdout } = await runSwarm(['compare', base, base]);
    expect(exit).toBe(outcome.exit);
    expect(stdout).toMatch(exit === 0 ? /^✓ NO DIFFERENCE/ : /^\? INCONCLUSIVE/);
  });

  it('compares several records with one, each on its own', async () => {
    const other = copyOf(base, 'other', (text) => text);
    const result = await runSwarm([
      'compare',
      `release=${base}`,
      other,
      `nightly=${other}`,
      '--json',
    ]);
    expect(
      comparisonOf(result).comparisons.map(({ base: was, current }) => [was.name, current.name]),
    ).toEqual([
      ['release', 'other'],
      ['release', 'nightly'],
    ]);
  });

  it('writes every report to its file', async () => {
    const files = ['text', 'json', 'markdown', 'junit'].map(
      (name) => `${name}=${join(dir, `out.${name}`)}`,
    );
    await runSwarm(['compare', base, base, ...files.flatMap((file) => ['--report', file])]);
    expect(readFileSync(join(dir, 'out.text'), 'utf8')).toContain('against');
    expect(readFileSync(join(dir, 'out.json'), 'utf8')).toContain('livekit-swarm/comparison/1');
    expect(readFileSync(join(dir, 'out.markdown'), 'utf8')).toMatch(/^### /);
    expect(readFileSync(join(dir, 'out.junit'), 'utf8')).toContain('<testsuites');
  });

  it('rejects runs of different scenarios and names the difference', async () => {
    const more = copyOf(base, 'more', (text) =>
      text.replace('"rooms":5,"joinRate"', '"rooms":30,"joinRate"'),
    );
    const { exit, stdout, stderr } = await runSwarm(['compare', base, more]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(
      /different scenarios and cannot be compared:\n.*groups\.load\.rooms: 5 → 30/,
    );
    expect(stdout).toBe('');
  });

  it('takes another seed and other thresholds, and mentions them', async () => {
    const seeded = copyOf(base, 'seeded', (text) => text.replace('"seed":1', '"seed":2'));
    const outcome = await runSwarm(['compare', base, seeded, '--json']);
    expectSameUnlessBusy(outcome.exit, comparisonOf(outcome));
    const { stdout } = await runSwarm(['compare', base, seeded]);
    expect(stdout).toContain('The scenarios differ where it does not change the load: seed: 1 → 2');
  });

  it('does not count one run twice', async () => {
    const again = copyOf(base, 'again', (text) => text);
    const { exit, stderr } = await runSwarm(['compare', `${base},${again}`, base]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(/are the same run/);
  });

  it('names the record that cannot be read', async () => {
    const newer = copyOf(base, 'newer', (text) =>
      text.replace(/livekit-swarm\/record\/\d+/, 'livekit-swarm/record/99'),
    );
    const { exit, stderr } = await runSwarm(['compare', base, newer]);
    expect(exit).toBe(2);
    expect(stderr).toContain(newer);
    expect(stderr).toMatch(/record\/99|newer/);
  });

  it.each([
    [['compare'], /two sides are needed/],
    [['compare', 'a'], /a: there is no such file or folder/],
    [['compare', '--base', 'BASE'], /there is no --current/],
    [['compare', '--base', 'BASE', '--current', 'BASE', 'BASE'], /is it base or current/],
    [
      ['compare', 'BASE', 'BASE', '--tolerance', 'jitter=loud'],
      /"loud" is not an amount of jitter/,
    ],
    [['compare', 'BASE', 'BASE', '--report', 'csv=x'], /there is no report "csv"/],
  ])('refuses %j', async (args, message) => {
    const { exit, stdout, stderr } = await runSwarm(
      args.map((arg) => (arg === 'BASE' ? base : arg)),
    );
    expect(exit).toBe(2);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
  });
});

describe('--baseline', () => {
  it('compares in one step', async () => {
    const result = await runSwarm([...LOAD, '--baseline', base, '--json']);
    expectPassedUnlessBusy(result.exit, resultOf(result));
    expect(resultOf(result)).toMatchObject({
      comparison: { base: { name: 'base' }, current: { name: 'this run' } },
    });
  });

  it('fails a run that got worse', async () => {
    // As if each participant had joined within two milliseconds.
    const quick = copyOf(base, 'quick', (text) =>
      text.replaceAll(
        /"phases":\{[^}]*\}/g,
        '"phases":{"started":1,"signal":1,"ice":1,"joined":2}',
      ),
    );
    const outcome = await runSwarm([
      ...LOAD,
      '--json',
      '--baseline',
      quick,
      '--tolerance',
      'join_time=1ms',
      '--tolerance',
      'join_time=10%',
    ]);
    const result = resultOf(outcome);
    if (outcome.exit === 98) return expectPassedUnlessBusy(outcome.exit, result);
    expect(outcome.exit, outcome.stdout).toBe(99);
    expect(result.reasons).toContainEqual(
      expect.objectContaining({
        code: 'baseline_regression',
        text: expect.stringContaining(
          'Compared with the baseline: this run is worse than quick in join_time',
        ),
      }),
    );
  });

  it('refuses another scenario before anything is started', async () => {
    const { exit, stderr } = await runSwarm([
      '--rooms',
      '6',
      '--duration',
      '8s',
      '--baseline',
      base,
    ]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(/groups\.load\.rooms: 5 → 6/);
    expect(stderr).not.toContain('livekit-server');
  });

  it('refuses a record that is not there, and a tolerance without it', async () => {
    expect(await runSwarm(['--baseline', 'nowhere'])).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('nowhere: there is no such file or folder'),
    });
    expect(await runSwarm(['--tolerance', '5%'])).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('without --baseline'),
    });
  });
});
