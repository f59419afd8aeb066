import { expect, it } from 'vitest';
import { describeCommand, everyCommand } from '../../packages/cli/src/completion/command-tree.ts';
import { createProgram } from '../../packages/cli/src/program.ts';
import { readPage } from './testing/markdown-pages.ts';

const page = readPage('docs/commands.md');
const { stdout, stderr } = process;
const commands = everyCommand(
  describeCommand(createProgram({ stdout, stderr, env: {} }, () => {})),
).filter(({ path }) => path !== '' && path !== 'help');

it('finds commands and commands below them', () => {
  expect(commands.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['run', 'chaos run', 'capacity fit', 'exporter']),
  );
});

it.each(commands)('has swarm $path once, with every flag', ({ path, flags }) => {
  const sections = page.split(/^## /m).filter((section) => section.startsWith(`swarm ${path}\n`));
  expect(sections).toHaveLength(1);
  for (const { names } of flags) expect(sections[0]).toContain(`| \`${names.join(', ')}`);
});
