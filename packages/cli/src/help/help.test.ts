import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../program.ts';
import { COMMAND_GROUPS } from './command-groups.ts';
import { exampleLines, examplesOf } from './command-help.ts';
import { exampleOf } from './example-values.ts';
import { SHORT_HELP } from './root-help.ts';

const programOf = (columns: number): Command => {
  const stdout = Object.assign(new PassThrough(), { columns });
  return createProgram({ stdout, stderr: stdout, env: {} }, () => {});
};

/** Every command with its name, as it is typed. */
const everyCommand = (command: Command, path = 'swarm'): [string, Command][] => [
  [path, command],
  ...command.commands.flatMap((one) => everyCommand(one, `${path} ${one.name()}`)),
];

/** The page of a command, with examples and notes. */
const pageOf = (command: Command): string[] => {
  let page = '';
  command.configureOutput({
    writeOut: (text) => {
      page += text;
    },
  });
  command.outputHelp();
  return page.trimEnd().split('\n');
};

describe('swarm --help', () => {
  it.each([80, 100, 200])('is one screen of 48 lines, on %d columns', (columns) => {
    const page = pageOf(programOf(columns));
    expect(page.length).toBeLessThanOrEqual(48);
    expect(page.filter((line) => line.length > 80)).toEqual([]);
  });

  it('has every command in exactly one group', () => {
    const commands = programOf(100)
      .commands.map((command) => command.name())
      .filter((name) => name !== 'help');
    expect(Object.values(COMMAND_GROUPS).flat().toSorted()).toEqual(commands.toSorted());
  });

  it('has no flag of a load: they are in swarm run --help', () => {
    expect(pageOf(programOf(100)).join('\n')).not.toMatch(/--join-rate|--codec|--threshold/);
    const run = programOf(100).commands.find((command) => command.name() === 'run');
    const page = run === undefined ? '' : pageOf(run).join('\n');
    for (const part of ['Load:', '--join-rate', 'Media:', '--codec', 'Exit codes:'])
      expect(page).toContain(part);
  });
});

describe('the page of a command', () => {
  it.each(everyCommand(programOf(100)))('%s fits 100 columns', (_path, command) => {
    expect(pageOf(command).filter((line) => line.length > 100)).toEqual([]);
  });

  it('without a command fits 100 columns', () => {
    expect(SHORT_HELP.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  const withWork = everyCommand(programOf(100)).filter(
    ([path, { commands, registeredArguments }]) =>
      !['swarm', 'swarm help'].includes(path) &&
      (commands.length === 0 || registeredArguments.length > 0),
  );

  it.each(withWork)('%s has an example', (_path, command) => {
    expect(examplesOf(command).length).toBeGreaterThan(0);
  });

  it.each(withWork)('%s has an example for each flag with a value', (_path, { options }) => {
    const lacking = options.filter((option) => option.required && exampleOf(option) === null);
    expect(lacking.map(({ flags }) => flags)).toEqual([]);
  });
});

describe('an example', () => {
  it('that is wider than the page is broken in front of its flags', () => {
    expect(exampleLines([['swarm soak a.yaml --for 20m --server 1.13.4 --json']], 40)).toEqual([
      '  swarm soak a.yaml --for 20m \\\n    --server 1.13.4 --json',
    ]);
  });

  it('has its effect in a column', () => {
    expect(exampleLines([['swarm', 'a'], ['swarm run', 'b'], ['swarm version --json']])).toEqual([
      '  swarm      a',
      '  swarm run  b',
      '  swarm version --json',
    ]);
  });
});
