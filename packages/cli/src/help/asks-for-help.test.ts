import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asksForHelp, HELP_PACKAGES } from '../../launch/asks-for-help.mjs';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

describe('asksForHelp', () => {
  it.each([
    '--help',
    '-h',
    '-V',
    '--version',
    'help',
    'completion bash',
    'chaos run x.yaml --help',
  ])('swarm %s: yes', (line) => expect(asksForHelp(line.split(' '))).toBe(true));

  it.each(['', 'run a.yaml', 'doctor', 'run completion', '--rooms 3', 'lab up -- --help'])(
    'swarm %s: no',
    (line) => expect(asksForHelp(line.split(' '))).toBe(false),
  );
});

describe('a checkout whose packages are older than its lock file', () => {
  /** A checkout with packages, and nothing that a setup notes or builds. */
  const outdated = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'swarm-outdated-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const cli = join('packages', 'cli');
    for (const part of [join(cli, 'bin'), join(cli, 'launch'), join('scripts', 'setup')])
      cpSync(join(root, part), join(folder, part), { recursive: true });
    for (const part of ['package.json', join(cli, 'package.json')])
      cpSync(join(root, part), join(folder, part));
    writeFileSync(join(folder, 'package-lock.json'), '{"lockfileVersion": 3, "packages": {}}');
    mkdirSync(join(folder, 'packages'), { recursive: true });
    symlinkSync(join(root, cli, 'src'), join(folder, cli, 'src'));
    // Links in a folder of its own: an installation here must not reach the packages of this checkout.
    for (const name of HELP_PACKAGES) {
      mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    }
    return folder;
  };

  it.each([
    ['--version', /^\d+\.\d+\.\d+/],
    ['soak --help', /find leaks/],
    ['completion bash', /swarm/],
  ])('swarm %s installs and builds nothing', (line, text) => {
    const folder = outdated();
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(folder, 'packages', 'cli', 'bin', 'swarm.mjs'), ...line.split(' ')],
      { encoding: 'utf8', timeout: 60_000 },
    );
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(text);
    expect(existsSync(join(folder, '.cache', 'setup'))).toBe(false);
  });
});
