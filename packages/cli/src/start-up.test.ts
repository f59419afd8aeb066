import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { HELP_PACKAGES } from '../launch/asks-for-help.mjs';

/** Writes the address of each module that a process loads to its stderr. */
const LIST_MODULES = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs';
  import { registerHooks } from 'node:module';
  registerHooks({
    load(url, context, next) {
      writeSync(2, url + '\\n');
      return next(url, context);
    },
  });
`)}`;

/** Names of the formats of reports: the one file of `report` that the command line itself needs. */
const FORMATS = /^file:.*\/packages\/report\/src\/formats\.ts$/m;

/**
 * The packages that the program loads for a command line, except the formats of reports; workspaces
 * without their scope.
 */
const packagesLoaded = (line: string): string[] => {
  const program = fileURLToPath(new URL('main.ts', import.meta.url));
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', LIST_MODULES, program, ...line.split(' ')],
    { encoding: 'utf8' },
  );
  const names = [
    ...stderr.replace(FORMATS, '').matchAll(/^file:.*\/(?:node_modules|packages)\/([^/]+)\//gm),
  ];
  return [...new Set(names.map(([, name = '']) => name))].sort();
};

describe('start-up', () => {
  it.each(['--version', '--help', 'run --help', '--romms 3'])(
    'swarm %s loads the command line alone',
    (line) => {
      const names = HELP_PACKAGES.map((name) => name.replace(/^@livekit-swarm\//, ''));
      expect(packagesLoaded(line)).toEqual(['cli', ...names].sort());
    },
  );

  it('swarm refuses a load before it loads what runs one', () => {
    const loaded = packagesLoaded('--rooms x');
    expect(loaded).toContain('scenario');
    for (const name of ['runner', 'livekit', 'report', 'fleet', 'bullmq'])
      expect(loaded).not.toContain(name);
  });
});
