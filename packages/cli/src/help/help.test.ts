import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../program.ts';
import { COMMAND_GROUPS } from './command-groups.ts';

const programOf = (columns: number): Command => {
  const stdout = Object.assign(new PassThrough(), { columns });
  return createProgram({ stdout, stderr: stdout, env: {} }, () => {});
};

const pageOf = (command: Command): string[] => command.helpInformation().trimEnd().split('\n');

describe('swarm --help', () => {
  it.each([80, 100, 200])('is one screen of 45 lines, on %d columns', (columns) => {
    const page = pageOf(programOf(columns));
    expect(page.length).toBeLessThanOrEqual(45);
    expect(page.filter((line) => line.length > 80)).toEqual([]);
  });

  it('has every command in exactly one group', () => {
    const commands = programOf(100).commands.map((command) => command.name());
    expect(Object.values(COMMAND_GROUPS).flat().toSorted()).toEqual(commands.toSorted());
  });

  it('has no flag of a load: they are in swarm run --help', () => {
    expect(pageOf(programOf(100)).join('\n')).not.toMatch(/--join-rate|--codec|--threshold/);
    const run = programOf(100).commands.find((command) => command.name() === 'run');
    const page = run === undefined ? '' : pageOf(run).join('\n');
    for (const part of ['Load:', '--join-rate', 'Media:', '--codec']) expect(page).toContain(part);
  });
});
