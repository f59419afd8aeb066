/** One crossed threshold of a real run, as each reporter shows it; and reports of records that are old or broken off. */
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPORTERS, resultJsonSchema } from '@livekit-swarm/report';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runScript } from '../support/run-script.ts';
import { MAIN, type Outcome, runSwarm, scratch } from '../support/swarm.ts';

/** Reports of figures, which have no place for a reason. */
const FIGURES_ALONE: ReadonlySet<string> = new Set([
  'samples.csv',
  'metrics.txt',
  'k6-summary.json',
]);

/** Flags for every report there is, into this folder. */
const allInto = (dir: string): string[] =>
  Object.keys(REPORTERS).flatMap((name) => ['--report', `${name}=${dir}/`]);

/** Places at which a result violates the published schema. */
const problemsOf = (json: string): unknown[] => {
  const validate = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    validateFormats: false,
  }).compile(resultJsonSchema());
  return validate(JSON.parse(json)) ? [] : (validate.errors ?? []);
};

interface Shown extends Outcome {
  read(name: string): string;
  names: string[];
}

const runWithAll = async (flags: string[]): Promise<Shown> => {
  const dir = scratch();
  const outcome = await runSwarm(
    [...flags, '--record', join(dir, 'record'), ...allInto(join(dir, 'out'))],
    {},
    dir,
  );
  return {
    ...outcome,
    names: readdirSync(join(dir, 'out')),
    read: (name) => readFileSync(join(dir, 'out', name), 'utf8'),
  };
};

/** Two stages; in the second one, more packets arrive than its threshold allows. */
const STAGED = `
scenario: stages
groups:
  calls:
    executor: ramping-rooms
    startRooms: 1
    stages:
      - { name: early, duration: 3s, target: 1 }
      - { name: late, duration: 3s, target: 2 }
    roles:
      caller: { count: 1, publish: [audio] }
      agent: { count: 1, publish: [audio] }
thresholds:
  packets_received@late: [count<10]
  join_time@*: [p(95)<5000]
`;

const RUN = ['--rooms', '2', '--duration', '3s'];

describe('a crossed threshold', () => {
  it('ends with 99, and stands with ✗ and its value in every report', async () => {
    const file = join(scratch(), 'stages.yaml');
    writeFileSync(file, STAGED);
    const { exit, read, stdout, stderr } = await runWithAll(['run', file]);
    expect(exit, stderr).toBe(99);
    const result = read('result.json');
    expect(problemsOf(result)).toEqual([]);
    const { thresholds, verdict, windows } = JSON.parse(result) as {
      verdict: string;
      thresholds: { metric: string; window: string; value: number; ok: boolean }[];
      windows: { name: string; metrics: Record<string, number> }[];
    };
    expect(verdict).toBe('failed');
    const crossed = thresholds.find(({ metric }) => metric === 'packets_received@late');
    expect(crossed).toMatchObject({ ok: false, window: 'late' });
    expect(crossed?.value).toBeGreaterThan(100);
    expect(windows.find(({ name }) => name === 'late')?.metrics['packets_received.count']).toBe(
      crossed?.value,
    );
    const value = crossed?.value.toLocaleString('en-US') ?? '';
    const shown: Record<string, RegExp> = {
      'report.txt': new RegExp(`✗ +packets_received@late +count<10 +${value} +custom`),
      'junit.xml': new RegExp(
        `name="packets_received@late: count&lt;10" classname="stages"[^>]*>\\s*<failure message="✗ count was ${value}, limit &lt; 10"`,
      ),
      'report.md': new RegExp(
        `\\| ✗ \\| \`packets_received@late\` \\| \`count<10\` \\| \\*\\*${value}\\*\\* \\| custom \\|`,
      ),
      'github-annotations.txt': new RegExp(
        `^::error title=✗ packets_received@late%3A count<10::count was ${value}`,
        'm',
      ),
      'report.html': new RegExp(`✗[\\s\\S]*${value}`),
    };
    for (const [name, words] of Object.entries(shown)) expect(read(name), name).toMatch(words);
    expect(stdout).toBe(read('report.txt'));
    expect(stdout).toMatch(
      /STAGES[\s\S]* early [\s\S]* late [\s\S]*MEDIA[\s\S]* caller [\s\S]* agent /,
    );
    // Samples have no verdict; of the last stage they are the same packets.
    const [head = '', ...rows] = read('samples.csv').trim().split('\r\n');
    const columns = head.split(',');
    const packets = rows
      .map((row) => row.split(','))
      .filter((row) => row[columns.indexOf('direction')] === 'down')
      .reduce((sum, row) => sum + Number(row[columns.indexOf('packets')]), 0);
    expect(packets).toBe(
      (JSON.parse(result) as { metrics: Record<string, number> }).metrics['packets_received.count'],
    );
  });
});

describe('a run that did not come about', () => {
  it('is in the reports that have something to say of it', async () => {
    const flags = [
      '--url',
      'ws://127.0.0.1:1',
      '--api-key',
      'key',
      '--api-secret',
      'secret-that-must-not-be-shown',
    ];
    const { exit, read, stderr, stdout, names } = await runWithAll([...RUN, ...flags]);
    expect(exit).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: /m);
    expect(JSON.parse(read('result.json'))).toMatchObject({
      verdict: 'failed',
      exitCode: 3,
      error: { message: expect.any(String) },
    });
    expect(read('junit.xml')).toMatch(/<testsuite name="swarm" tests="1" failures="1"/);
    for (const name of ['report.txt', 'report.md', 'github-annotations.txt'])
      expect(read(name)).toMatch(/failed \(exit 3\)/i);
    for (const name of names) expect(read(name)).not.toContain('secret-that-must-not-be-shown');
    expect(names).not.toContain('samples.csv');
  });
});

describe('swarm report', () => {
  let home = '';
  let first: Outcome;
  const record = (): string => join(home, 'record');
  const firstReport = (name: string): string => readFileSync(join(home, 'out', name), 'utf8');

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'swarm-reports-'));
    first = await runSwarm(
      [...RUN, '--summary', 'full', '--record', record(), ...allInto(join(home, 'out'))],
      {},
      home,
    );
    expect(first.exit, first.stderr).toBe(0);
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('makes every report again, the same', async () => {
    const dir = scratch();
    const again = await runSwarm(['report', record(), ...allInto(dir)]);
    expect(again.exit).toBe(0);
    expect(again.stdout).toBe(first.stdout);
    for (const { fileName } of Object.values(REPORTERS))
      expect(readFileSync(join(dir, fileName), 'utf8'), fileName).toBe(firstReport(fileName));
  });

  it('puts a report beside the record when no file is named', async () => {
    const { exit } = await runSwarm(['report', record(), '--report', 'junit', '--quiet']);
    expect(exit).toBe(0);
    expect(readFileSync(join(record(), 'junit.xml'), 'utf8')).toBe(firstReport('junit.xml'));
  });

  it('renders every report of a truncated record, and marks it as truncated', async () => {
    const dir = scratch();
    const cut = join(dir, 'record.ndjson');
    copyFileSync(join(record(), 'record.ndjson'), cut);
    // As after a crash: the end is missing, and the last line is half.
    truncateSync(cut, Math.floor(statSync(cut).size * 0.8));
    const { exit } = await runSwarm(['report', cut, ...allInto(join(dir, 'out'))]);
    expect(exit).toBe(98);
    for (const { fileName } of Object.values(REPORTERS)) {
      const text = readFileSync(join(dir, 'out', fileName), 'utf8');
      expect(text.length).toBeGreaterThan(100);
      if (!FIGURES_ALONE.has(fileName)) expect(text, fileName).toMatch(/truncated/);
    }
  });

  it('prints a report to stdout instead of the text', async () => {
    const { exit, stdout, stderr } = await runSwarm(['report', record(), '--report', 'markdown=-']);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout).toBe(firstReport('report.md'));
  });

  it('writes behind the text where that goes to a file, too', async () => {
    const dir = scratch();
    const script = join(dir, 'script.sh');
    writeFileSync(
      script,
      '"$NODE" "$MAIN" report "$RECORD" --report csv=/dev/stdout --quiet > both.txt\n',
    );
    const { exit, stderr } = await runScript(script, dir, {
      NODE: process.execPath,
      MAIN,
      RECORD: record(),
    });
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(readFileSync(join(dir, 'both.txt'), 'utf8')).toBe(
      first.stdout + firstReport('samples.csv'),
    );
  });

  it('shows a run that passed in at most 25 lines with --summary compact', async () => {
    const { exit, stdout } = await runSwarm(['report', record(), '--summary', 'compact']);
    expect(exit).toBe(0);
    expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
    expect(stdout).toMatch(/^✓ PASSED[\s\S]*thresholds[\s\S]*joins[\s\S]*RECORD[\s\S]*NEXT/);
  });

  it('exits normally when its output is closed, and reports a full disk', async () => {
    const dir = scratch();
    const script = join(dir, 'script.sh');
    const env = { NODE: process.execPath, MAIN, RECORD: record() };
    writeFileSync(
      script,
      'for name in csv json html text; do "$NODE" "$MAIN" report "$RECORD" --report $name=- | head -c 1 > /dev/null; done\n',
    );
    expect(await runScript(script, dir, env)).toEqual({ exit: 0, stdout: '', stderr: '' });
    writeFileSync(script, '"$NODE" "$MAIN" report "$RECORD" --report csv=- > /dev/full\n');
    const full = await runScript(script, dir, env);
    expect(full.exit).toBe(1);
    expect(full.stderr).toMatch(
      /^error: the report csv could not be written to stdout: the disk is full\n {2}→ /,
    );
    expect(full.stderr).not.toMatch(/\n {4}at /);
  });

  it('reports what it could not write, writes the rest, and exits with 1', async () => {
    const dir = scratch();
    const blocked = join(dir, 'file');
    writeFileSync(blocked, '');
    const args = [
      'report',
      record(),
      '--report',
      `junit=${blocked}/junit.xml`,
      '--report',
      `markdown=${dir}/new/report.md`,
    ];
    const { exit, stdout, stderr } = await runSwarm(args);
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^✓ PASSED/);
    expect(stderr).toMatch(
      /error: the report junit could not be written to .*: a part of the path is a file\n {2}→ .*swarm report/,
    );
    expect(readFileSync(join(dir, 'new/report.md'), 'utf8')).toBe(firstReport('report.md'));
    const failing = await runSwarm([...args, '--threshold', 'packets_received: count<10']);
    expect(failing.exit).toBe(99);
  });

  it.each([
    [['--report', 'junti=x.xml'], /there is no report "junti"\n {2}→ did you mean junit\?/],
    [['--report', 'junit='], /names no file/],
    [['--report', 'text=-', '--json'], /text and json would be written to stdout/],
    [['--report'], /--report <name\[=file\]> needs a value: /],
  ])('refuses %j', async (flags, message) => {
    const { exit, stderr, stdout } = await runSwarm(['report', 'nowhere', ...flags]);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
