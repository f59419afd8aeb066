import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import {
  codeOf,
  fileProblem,
  hasErrorCode,
  invalidFile,
  type Problem,
  type SwarmError,
} from '@livekit-swarm/settings';
import { type ParseOptions, type ReadScenario, readScenario } from './language/parse-scenario.ts';

/** Size of the largest file that is accepted, bytes. */
const MAX_BYTES = 1_024 * 1_024;

/** Scale and default prefix of rooms, as `ParseOptions` has them. */
export type ScenarioFileOptions = Omit<ParseOptions, 'file'>;

export interface ReadScenarioFile extends ReadScenario {
  /** Path as given. */
  path: string;
}

/**
 * Read a scenario file.
 * @param path `-` for standard input
 * @throws SwarmError `invalid_file` with all problems in it, or the reason why it cannot be read
 */
export const readScenarioFile = (
  path: string,
  options: ScenarioFileOptions = {},
): ReadScenarioFile => {
  const text = decode(readBounded(path), path);
  return { path, ...readScenario(text, { ...options, file: path === '-' ? 'stdin' : path }) };
};

/**
 * Read the scenario files of one command. Their names must be unique: reports identify runs by
 * them.
 * @throws SwarmError `invalid_file` with all problems in all of them
 */
export const readScenarioFiles = (
  paths: readonly string[],
  options: ScenarioFileOptions = {},
): ReadScenarioFile[] => {
  const problems: Problem[] = [];
  const read: ReadScenarioFile[] = [];
  for (const path of paths) {
    try {
      read.push(readScenarioFile(path, options));
    } catch (error) {
      if (!hasErrorCode(error, 'invalid_file')) throw error;
      problems.push(...error.problems);
    }
  }
  problems.push(...sameNames(read));
  if (problems.length > 0) throw invalidFile(problems);
  return read;
};

/** Problems of files that have the name of an earlier one. */
export const sameNames = (
  files: readonly Pick<ReadScenarioFile, 'path' | 'scenario' | 'nameAt'>[],
): Problem[] => {
  const first = new Map<string, string>();
  return files.flatMap(({ path, scenario: { name }, nameAt }): Problem[] => {
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, path);
      return [];
    }
    const message =
      other === path ? 'the file is given twice' : `${other} has the name "${name}", too`;
    const hint = other === path ? 'give it once' : 'choose another: reports identify runs by it';
    return [{ code: 'conflict', file: path, ...nameAt, path: 'scenario', message, hint }];
  });
};

const unreadable = (path: string, message: string, hint: string | null = null): SwarmError =>
  invalidFile([fileProblem(path, message, hint)]);

const readBounded = (path: string): Buffer => {
  let file: number | null = null;
  try {
    file = path === '-' ? 0 : openSync(path, 'r');
    if (fstatSync(file).isDirectory())
      throw unreadable(
        path,
        `is a folder`,
        `name the files in it: ${path.replace(/\/+$/, '')}/*.yaml`,
      );
    return readAll(file, path);
  } catch (error) {
    throw hasErrorCode(error, 'invalid_file')
      ? error
      : unreadable(path, `${reasonOf(error)}`, 'give the path of a scenario file');
  } finally {
    if (file !== null && file !== 0) closeSync(file);
  }
};

const readAll = (file: number, path: string): Buffer => {
  const buffer = Buffer.alloc(MAX_BYTES + 1);
  let length = 0;
  for (;;) {
    const count = readSync(file, buffer, length, buffer.length - length, null);
    if (count === 0) return buffer.subarray(0, length);
    length += count;
    if (length > MAX_BYTES)
      throw unreadable(
        path,
        `is larger than ${MAX_BYTES / 1_024} KB`,
        'give the path of a scenario file',
      );
  }
};

const REASONS: Record<string, string> = {
  ENOENT: 'file not found',
  ENOTDIR: 'file not found',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  ELOOP: 'is a link to itself',
  ENAMETOOLONG: 'is too long for a path',
};

const reasonOf = (error: unknown): string => {
  const code = codeOf(error);
  return REASONS[code ?? ''] ?? `cannot be read (${code ?? String(error)})`;
};

const decode = (bytes: Buffer, path: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unreadable(path, `is not UTF-8 text`, 'save it as UTF-8');
  }
};
