import {
  failedReport,
  inconclusiveReport,
  passedReport,
  withMessages,
} from '@livekit-swarm/testkit/reports';
import { describe, expect, it } from 'vitest';
import { renderGitHub } from './github.ts';
import type { ReportInput } from './report-input.ts';

interface Command {
  level: string;
  title: string;
  text: string;
}

const decoded = (text: string): string =>
  text
    .replaceAll('%2C', ',')
    .replaceAll('%3A', ':')
    .replaceAll('%0A', '\n')
    .replaceAll('%0D', '\r')
    .replaceAll('%25', '%');

/**
 * Command as the runner reads a line: its name and properties up to the second `::`, its properties
 * divided by commas.
 */
const parse = (line: string): Command => {
  const match = /^::(\w+) ([^:]*)::(.*)$/.exec(line);
  if (match === null) throw new Error(`no workflow command: ${line}`);
  const [, level = '', properties = '', text = ''] = match;
  const [title = '', ...others] = properties.split(',');
  expect(others).toEqual([]);
  return { level, title: decoded(title.replace(/^title=/, '')), text: decoded(text) };
};

const commandsOf = (inputs: ReportInput[]): Command[] =>
  renderGitHub(inputs).trimEnd().split('\n').map(parse);

describe('annotations', () => {
  it('say what failed, the verdict first, with the value', () => {
    const commands = commandsOf([failedReport()]);
    expect(commands[0]).toMatchObject({ level: 'error', title: '✗ swarm: failed (exit 99)' });
    expect(commands[0]?.text).toMatch(
      /^4 rooms × [^\n]*\.\njoin_failures: rate was 5 %, limit < 1 %\.\n/,
    );
    expect(commands).toContainEqual({
      level: 'error',
      title: '✗ packet_loss{kind:video}: rate<0.02',
      text: 'rate was 2.06 %, limit < 2 % (swarm)',
    });
    expect(commands).toHaveLength(7);
  });

  it('warn of inconclusive runs', () => {
    const commands = commandsOf([inconclusiveReport()]);
    expect(commands.map(({ level }) => level)).toEqual(['warning', 'warning']);
    expect(commands[1]).toMatchObject({
      title: '? reconnect_time: p(95)<5000',
      text: 'Not measured (swarm)',
    });
  });

  it('of what passed are one notice', () => {
    expect(commandsOf([passedReport()])).toEqual([
      {
        level: 'notice',
        title: '✓ swarm: passed (exit 0)',
        text: expect.stringMatching(/^20 rooms .*\. All 9 thresholds met\.$/),
      },
    ]);
  });

  it('are commands even of hostile words, and of nothing else', () => {
    const words = 'a, b: 50 % ::error::x\r\n::set-output name=x::y %0A \u001b[31m';
    const output = renderGitHub([withMessages(failedReport(), words, [words])]);
    expect(output.trimEnd().split('\n')).toHaveLength(7);
    const [verdict] = commandsOf([withMessages(failedReport(), words, [words])]);
    expect(verdict?.title).toBe(
      '✗ a, b: 50 % ::error::x\r\n::set-output name=x::y %0A  [31m: failed (exit 99)',
    );
    expect(verdict?.text).toContain('50 % ::error::x\r\n::set-output');
  });

  it('are not more than GitHub shows; the last counts the others', () => {
    const runs = Array.from({ length: 4 }, (_, index) =>
      withMessages(failedReport(), `scenario-${index}`),
    );
    const commands = commandsOf(runs);
    expect(commands).toHaveLength(10);
    expect(commands.slice(0, 4).map(({ title }) => title)).toEqual(
      runs.map((_, index) => `✗ scenario-${index}: failed (exit 99)`),
    );
    expect(commands.at(-1)?.title).toBe('… and 19 more');
    expect(commands.at(-1)?.text).toMatch(/packet_loss.*\(scenario-3\)/);
  });
});
