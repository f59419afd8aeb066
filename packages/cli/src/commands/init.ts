import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { codeOf, EXIT_CODES, type ExitCode, shellLine, usageError } from '@livekit-swarm/settings';
import { type Console, write } from '../console.ts';
import { SETTINGS_FILE } from '../flags/no-swarm-yaml.ts';
import { firstSettings } from '../folder-settings/first-settings.ts';
import { SETTINGS_SCHEMA, schemaFrom } from '../scenario/file-header.ts';
import { firstScenario } from '../scenario/first-scenario.ts';

export interface InitFlags {
  force?: boolean;
}

/**
 * `swarm init [FILE]`: writes a commented first scenario; `swarm init swarm.yaml`, settings of its folder.
 * @param path `-` for stdout
 * @throws SwarmError `usage` when the file is there already, or cannot be written
 */
export const initCommand = async (
  path: string,
  flags: InitFlags,
  { stdout }: Console,
): Promise<ExitCode> => {
  const folder = path === '-' ? process.cwd() : dirname(resolve(path));
  if (basename(path) === SETTINGS_FILE) {
    const text = firstSettings(schemaFrom(folder, process.cwd(), SETTINGS_SCHEMA));
    save(path, folder, text, flags.force === true);
    await write(stdout, `${path} is written. Look at it: commands that send load read it.\n`);
    return EXIT_CODES.passed.code;
  }
  const text = firstScenario(
    nameOf(path),
    path === '-' ? 'FILE' : shellLine([path]),
    schemaFrom(folder, process.cwd()),
  );
  if (path === '-') await write(stdout, text);
  else {
    save(path, folder, text, flags.force === true);
    await write(stdout, `${path} is written. Look at it, then: swarm run ${shellLine([path])}\n`);
  }
  return EXIT_CODES.passed.code;
};

const save = (path: string, folder: string, text: string, force: boolean): void => {
  if (/[/\\]$/.test(path))
    throw usageError(`${path}: is a folder`, `name a file in it: ${path}first.yaml`);
  try {
    mkdirSync(folder, { recursive: true });
    // Check and write are one step: a file that is created meanwhile is kept.
    writeFileSync(path, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    throw usageError(
      `${path}: ${reasonOf(error)}`,
      codeOf(error) === 'EEXIST' ? 'give another name, or --force to overwrite it' : null,
    );
  }
};

const REASONS: Record<string, string> = {
  EEXIST: 'is there already',
  EISDIR: 'is a folder',
  EACCES: 'may not be written',
  EPERM: 'may not be written',
  EROFS: 'may not be written',
  ENOTDIR: 'a parent is not a folder',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'is too long for a path',
};

const reasonOf = (error: unknown): string =>
  REASONS[codeOf(error) ?? ''] ?? `cannot be written (${codeOf(error) ?? String(error)})`;

/** The file's name, as a scenario may be called. */
const nameOf = (path: string): string => {
  const name = basename(path, extname(path))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-|-$/g, '');
  return /[a-z]/.test(name) ? name : 'first';
};
