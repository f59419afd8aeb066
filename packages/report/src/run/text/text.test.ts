import { stripVTControlCharacters } from 'node:util';
import {
  failedReport,
  hostsReport,
  inconclusiveReport,
  passedReport,
  quietReport,
  stagedReport,
} from '@livekit-swarm/testkit/reports';
import { describe, expect, it } from 'vitest';
import { renderText } from './text.ts';

const REPORTS = [
  ['passed', passedReport()],
  ['failed', failedReport()],
  ['inconclusive', inconclusiveReport()],
  ['staged', stagedReport()],
  ['hosts', hostsReport()],
] as const;

describe.each(REPORTS)('the text of a run that %s', (name, input) => {
  const text = renderText(input);

  it('is as in golden/', async () => {
    await expect(text).toMatchFileSnapshot(`../golden/${name}.txt`);
  });

  it('fits 100 columns, ends in one newline and has no trailing blanks', () => {
    const lines = text.split('\n');
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
    expect(text).toMatch(/[^\n]\n$/);
  });

  it('has colours only on request, and the same text with them', () => {
    const colored = renderText(input, { color: true });
    expect(text).toBe(stripVTControlCharacters(text));
    expect(colored).not.toBe(text);
    expect(stripVTControlCharacters(colored)).toBe(text);
  });

  it('has no value that is not a number', () => {
    expect(text).not.toMatch(/NaN|Infinity|undefined|null|\[object/);
  });
});

describe('the text', () => {
  it('has the verdict first, then the thresholds', () => {
    const titles = renderText(failedReport())
      .split('\n')
      .filter((line) => /^[✓✗?A-Z]/.test(line))
      .map((line) => line.split('  ')[0]);
    expect(titles).toEqual([
      '✗ FAILED (exit 99)',
      'THRESHOLDS',
      'JOINS',
      'MEDIA',
      'LOSS RECOVERY',
      'MOST AFFECTED PARTICIPANTS',
      'LOAD GENERATOR',
      'DEPLOYMENT',
      'RECORD',
    ]);
  });

  it('has the command for the most affected participant as a shell reads it back', () => {
    const report = failedReport();
    const [first, ...others] = report.summary.mostAffected;
    if (first === undefined) throw new Error('no participant was affected');
    const mostAffected = [{ ...first, identity: "p1; echo '$HOME'" }, ...others];
    const text = renderText({
      ...report,
      recordPath: 'my runs/record.jsonl.gz',
      summary: { ...report.summary, mostAffected },
    });
    expect(text).toContain(
      `all of one: swarm report 'my runs' --participant 'p1; echo '\\''$HOME'\\'''`,
    );
  });

  it('has a line for each stage, and media by role where there are several', () => {
    const text = renderText(stagedReport());
    expect(text).toMatch(
      /\nSTAGES\n[\s\S]*\n {2}rush +0:08 +0:14 .*\n {2}calls: peak +0:10 +0:20 /,
    );
    expect(text).toMatch(/✗ {2}packet_loss\{group:calls\}@after +rate<0\.01 +[\d.]+ % {2}custom/);
    expect(text).toMatch(/✓ {2}packet_loss\{group:calls\}@peak/);
    expect(text).toMatch(/\n {2}↓ video {2}town-hall: viewer /);
    expect(renderText(passedReport())).not.toMatch(/STAGES| role /);
  });

  it('has no media sections where no media was planned', () => {
    const text = renderText(quietReport());
    expect(text).toMatch(/^✓ PASSED/);
    expect(text).toMatch(/\nLOAD GENERATOR {2}healthy\n/);
    expect(text).not.toMatch(/MOST AFFECTED|per packet/);
  });
});
