import { execFileSync } from 'node:child_process';
import { findProgram } from '@livekit-swarm/lab';
import { EXIT_CODES } from '@livekit-swarm/settings';
import { expect, it } from 'vitest';
import { describeCommand, everyCommand } from '../../packages/cli/src/completion/command-tree.ts';
import { createProgram } from '../../packages/cli/src/program.ts';
import { manPage } from './man-page.ts';

const program = describeCommand(
  createProgram({ stdout: process.stdout, stderr: process.stderr, env: {} }, () => {}),
);
const page = manPage(program, '1.2.3');

it('renders without a warning, and has every command, flag and exit code', async (context) => {
  const man = await findProgram('man');
  context.skip(man === null, 'no man: apt-get install man-db');
  const rendered = execFileSync('man', ['--warnings', '-l', '-'], {
    input: page,
    encoding: 'utf8',
    env: { ...process.env, MANWIDTH: '400', LC_ALL: 'C.UTF-8', MAN_KEEP_FORMATTING: '' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  for (const { path, flags } of everyCommand(program)) {
    expect(rendered).toContain(`livekit-swarm ${path}`.trim());
    for (const { names, description } of flags) {
      expect(rendered).toContain(names.join(', '));
      expect(rendered.replaceAll(/\s+/g, ' ')).toContain(description.replaceAll(/\s+/g, ' '));
    }
  }
  for (const { code, meaning } of Object.values(EXIT_CODES))
    expect(rendered).toMatch(new RegExp(`^ +${code} +${meaning.slice(0, 12)}`, 'm'));
});

it('has no warning of another renderer', async (context) => {
  const mandoc = await findProgram('mandoc');
  context.skip(mandoc === null, 'no mandoc: apt-get install mandoc');
  // The date is empty: a page must not change without its contents.
  const said = execFileSync('mandoc', ['-T', 'lint', '-W', 'error'], {
    input: page,
    encoding: 'utf8',
  });
  expect(said).toBe('');
});
