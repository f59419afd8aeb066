import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Requirement } from '@livekit-swarm/testkit/requirements';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Example {
  /** Files of `examples/agents/NAME`. The lock files come first. */
  files: readonly string[];
  /** Requirements of the host; of the installation, only until it has been made. */
  needs: readonly Requirement[];
  registry: Requirement;
  /** Install what the lock file names into a folder that has the files. */
  install(folder: string): Promise<unknown>;
  /** Command that starts a worker. */
  command(folder: string): string[];
}

const MINUTES = 60_000;
const python = (folder: string): string => join(folder, 'venv', 'bin', 'python');

/** Agents without models in LiveKit's frameworks, which `examples/agents` has. */
export const EXAMPLE_AGENTS = {
  node: {
    files: ['package-lock.json', 'package.json', 'agent.js'],
    needs: [],
    registry: 'npm-registry',
    install: (cwd) =>
      run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
        cwd,
        timeout: 5 * MINUTES,
      }),
    command: (folder) => [process.execPath, join(folder, 'agent.js'), 'start'],
  },
  python: {
    files: ['requirements.txt', 'agent.py'],
    needs: ['python'],
    registry: 'python-registry',
    install: async (cwd) => {
      await run('python3', ['-m', 'venv', 'venv'], { cwd, timeout: MINUTES });
      const flags = ['install', '--require-hashes', '-r', 'requirements.txt'];
      await run(python(cwd), ['-m', 'pip', ...flags], { cwd, timeout: 5 * MINUTES });
    },
    command: (folder) => [python(folder), '-m', 'livekit.agents', 'start', 'agent.py'],
  },
} as const satisfies Record<string, Example>;

export type Framework = keyof typeof EXAMPLE_AGENTS;

const folderOf = (framework: Framework): string => {
  const { files } = EXAMPLE_AGENTS[framework];
  const lock = readFileSync(join(ROOT, 'examples/agents', framework, files[0]));
  const hash = createHash('sha256').update(lock).digest('hex').slice(0, 12);
  return join(ROOT, '.cache/example-agents', `${framework}-${hash}`);
};

const isInstalled = (folder: string): boolean => existsSync(join(folder, 'installed'));

/** Requirements of an example on this host. */
export const needsOf = (framework: Framework): Requirement[] => {
  const { needs, registry } = EXAMPLE_AGENTS[framework];
  return isInstalled(folderOf(framework)) ? [...needs] : [...needs, registry];
};

/**
 * Install an example into the cache, once for each lock file.
 * @returns its folder, and the command that starts a worker in it
 */
export const installExample = async (
  framework: Framework,
): Promise<{ folder: string; command: string[] }> => {
  const { files, install, command } = EXAMPLE_AGENTS[framework];
  const folder = folderOf(framework);
  const isNew = !isInstalled(folder);
  // What an installation that was interrupted has left is not trusted.
  if (isNew) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const file of files)
    await copyFile(join(ROOT, 'examples/agents', framework, file), join(folder, file));
  if (isNew) {
    await install(folder);
    await writeFile(join(folder, 'installed'), '');
  }
  return { folder, command: command(folder) };
};
