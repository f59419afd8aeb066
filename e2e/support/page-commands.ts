import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from '@livekit-swarm/host';
import { execa } from 'execa';
import { MAIN, scratch } from './swarm.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Pages with which a new user begins. */
export const FIRST_PAGES = ['README.md', 'docs/get-started.md', 'docs/install.md'] as const;

/**
 * Treatment of a command: executed as typed; proven by another test; not executed, with the reason.
 */
export type Treatment = 'quick' | { test: string } | { why: string };

/** Reason for commands that send load as long as a reader wants to see it. */
const LOAD: Treatment = {
  why: 'sends load for half a minute; scripts/docs/command-lines.test.ts reads its flags, and e2e/load sends such loads',
};

/** Treatment of commands by their beginning; the longest beginning that fits counts. */
export const TREATMENTS: Readonly<Record<string, Treatment>> = {
  'docker build -t livekit-swarm .': { test: 'e2e/packaging/docker-build.long.test.ts' },
  'docker run --rm livekit-swarm': { test: 'e2e/packaging/docker-build.long.test.ts' },
  'docker run --rm --network host': { test: 'e2e/packaging/docker-build.long.test.ts' },
  'docker compose -f hosts.yml': { test: 'e2e/packaging/image.test.ts' },
  'SWARM_QUEUE=': { test: 'e2e/packaging/image.test.ts' },
  'umask 077': { test: 'e2e/packaging/image.test.ts' },
  printf: { test: 'e2e/packaging/image.test.ts' },
  'set -a': { test: 'e2e/packaging/image.test.ts' },
  'mkdir -p records': 'quick',
  'helm install load dist/': { test: 'e2e/kubernetes/chart.test.ts' },
  'npm start': { test: 'e2e/packaging/launcher.test.ts' },
  'npx swarm --rooms 500': { why: 'needs four cores: docs/performance.md has its measurement' },
  'npx swarm --room town-hall': { why: 'needs more than two cores' },
  'npx swarm --rooms 10 --participants 4': LOAD,
  'npx swarm --data-rate': LOAD,
  'npx swarm --threshold': LOAD,
  'npx swarm --rooms 5 --report': LOAD,
  'npx swarm run scenarios/viral-spike.yaml --scale small': LOAD,
  'npx swarm report': { why: 'its record is an example; e2e/report reads others' },
  'npx swarm': 'quick',
  'swarm completion': 'quick',
  'swarm --rooms 5': { test: 'e2e/packaging/npm-packages.long.test.ts' },
  'sudo ': { why: 'changes the system folders of a host' },
  'cd /opt/': { why: 'changes the system folders of a host' },
};

/** Commands of the shell blocks of a page, without comments; continued lines are joined. */
export const commandsOf = (page: string): string[] =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)]
    .flatMap(([, block = '']) => block.replaceAll(/\\\n */g, '').split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

/** Treatment of a command; undefined for one without a decision. */
export const treatmentOf = (command: string): Treatment | undefined => {
  const [beginning] = Object.keys(TREATMENTS)
    .filter((start) => command.startsWith(start))
    .sort((a, b) => b.length - a.length);
  return beginning === undefined ? undefined : TREATMENTS[beginning];
};

/**
 * Folder in which the commands of the pages work: with the scenarios and drills of the checkout, an
 * own home, and programs `npx swarm` and `swarm` that start this checkout.
 */
export const commandFolder = () => {
  const dir = scratch();
  const bin = join(dir, 'bin');
  const shells = ['.local/share/bash-completion/completions', '.config/fish/completions', 'zsh'];
  for (const folder of [bin, ...shells.map((name) => join(dir, 'home', name))])
    mkdirSync(folder, { recursive: true });
  for (const folder of ['scenarios', 'chaos', 'examples'])
    symlinkSync(join(ROOT, folder), join(dir, folder));
  const start = `"${process.execPath}" "${MAIN}" "$@"`;
  const programs = { swarm: start, npx: `[ "$1" = swarm ] || exit 127\nshift\n${start}` };
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = {
    HOME: join(dir, 'home'),
    // livekit-server was built there.
    XDG_CACHE_HOME: dirname(cacheDir()),
    PATH: `${bin}:${process.env.PATH}`,
    // zsh keeps the folders of its functions here.
    fpath: join(dir, 'home', 'zsh'),
    // A server must be named where these are set.
    CI: undefined,
    LIVEKIT_URL: undefined,
  };
  return {
    dir,
    run: async (command: string): Promise<{ code: number; output: string }> => {
      const { exitCode = 1, all } = await execa(
        'bash',
        ['-c', command.replace(/\$\{fpath\[1\]\}/, '$fpath')],
        {
          cwd: dir,
          env,
          reject: false,
          all: true,
          stdin: 'ignore',
        },
      );
      return { code: exitCode, output: all };
    },
  };
};
