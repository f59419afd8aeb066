import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '@livekit-swarm/lab';
import { describe, expect, it } from 'vitest';
import { describeCommand, everyCommand } from './completion/command-tree.ts';
import { SHELLS } from './completion-program.ts';
import { createProgram } from './program.ts';

const program = describeCommand(
  createProgram({ stdout: process.stdout, stderr: process.stderr, env: {} }, () => {}),
);

const file = (shell: keyof typeof SHELLS): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'swarm-completion-')), `swarm.${shell}`);
  writeFileSync(path, SHELLS[shell](program));
  return path;
};

/** Run the completion of bash. Returns what it offers for the last word. */
const complete = (...words: string[]): string[] =>
  execFileSync(
    'bash',
    [
      '-c',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
      'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _livekit_swarm; printf "%s\n" "${COMPREPLY[@]}"',
      'bash',
      file('bash'),
      ...words,
    ],
    { encoding: 'utf8' },
  )
    .split('\n')
    .filter((line) => line !== '');

describe('completion for bash', () => {
  it('offers commands, also below a command, for both names of the program', () => {
    expect(complete('swarm', 'ho')).toEqual(['host', 'hosts']);
    expect(complete('livekit-swarm', 'chaos', 'r')).toEqual([
      'run',
      'random',
      'report',
      'rollback',
    ]);
    expect(complete('swarm', '')).toEqual(program.commands.map(({ path }) => path));
  });

  it('offers the flags of the command that was typed, and no others', () => {
    expect(complete('swarm', '--room')).toEqual(['--rooms', '--room', '--room-prefix']);
    expect(complete('swarm', 'hosts', '--')).toEqual([
      ...['--queue', '--insecure-queue', '--json', '--help'],
    ]);
    expect(complete('swarm', 'chaos', 'list', '--room')).toEqual([]);
  });

  it('offers the values of a flag that accepts only some, and files for the others', () => {
    expect(complete('swarm', '--signalling', 'v')).toEqual(['v1', 'v0']);
    // Nothing: bash completes files then ("complete -o default").
    expect(complete('swarm', '--record', '')).toEqual([]);
    expect(complete('swarm', 'run', 'scen')).toEqual([]);
  });

  it('does not take the value of a flag for a command', () => {
    expect(complete('swarm', '--record', 'chaos', 'ru')).toEqual(['run']);
    expect(complete('swarm', 'run', '--record', 'chaos', '--hosts')).toEqual(['--hosts']);
  });
});

describe('completion for other shells', () => {
  it.for(['zsh', 'fish'] as const)('is read by %s', async (shell, context) => {
    const path = await findProgram(shell);
    context.skip(path === null, `no ${shell}: apt-get install ${shell}`);
    const { status, stderr } = spawnSync(shell, ['-n', file(shell)], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('has every command and flag for fish, with its description', () => {
    const text = SHELLS.fish(program);
    for (const { flags } of everyCommand(program))
      for (const { names, description } of flags) {
        expect(text).toContain(` -l ${names.at(-1)?.slice(2)}`);
        expect(text).toContain(description.replaceAll("'", String.raw`\'`));
      }
  });
});
