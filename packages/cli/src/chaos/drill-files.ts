import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Drill, parseDrill, type ReplacingLoad } from '@livekit-swarm/chaos/drill';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { type Expectations, parseExpectations } from '@livekit-swarm/chaos/night';
import { readScenarioFile } from '@livekit-swarm/scenario';
import {
  fileProblem,
  hasErrorCode,
  invalidFile,
  messageOf,
  type Problem,
} from '@livekit-swarm/settings';

export interface DrillFileResult {
  file: string;
  /** Null when something is wrong with it. */
  drill: Drill | null;
  problems: Problem[];
}

/** A larger file is not a drill. */
const MOST_BYTES = 1 << 20;

/**
 * Reads each file. Two drills of one name are a problem: their reports and records would collide.
 * @param load load that replaces that of each drill
 * @param isRolled true for the conditions of a roll, which has no faults
 */
export const readDrillFiles = (
  paths: readonly string[],
  load?: ReplacingLoad,
  isRolled = false,
): DrillFileResult[] => {
  const results = paths.map((path) => readOne(path, load, isRolled));
  const taken = new Map<string, string>();
  for (const { file, drill, problems } of results) {
    if (drill === null) continue;
    const other = taken.get(drill.name);
    if (other === undefined) taken.set(drill.name, file);
    else
      problems.push(
        fileProblem(
          file,
          `${other} has the name "${drill.name}", too`,
          'give each a name of its own',
          'conflict',
        ),
      );
  }
  return results;
};

/**
 * Reads drill files to execute them.
 * @throws SwarmError `invalid_file` with everything that is wrong with any of them
 */
export const readDrills = (
  paths: readonly string[],
  load?: ReplacingLoad,
  isRolled = false,
): Drill[] => {
  const results = readDrillFiles(paths, load, isRolled);
  const problems = results.flatMap((result) => result.problems);
  if (problems.length === 0) return results.flatMap(({ drill }) => drill ?? []);
  throw invalidFile(problems);
};

const readOne = (
  file: string,
  load: ReplacingLoad | undefined,
  isRolled: boolean,
): DrillFileResult => {
  try {
    const drill = parseDrill(textOf(file), {
      file: file === '-' ? 'stdin' : file,
      faults: FAULTS,
      // Relative to the drill, so that both can be moved together.
      readScenario: (path, scale) =>
        readScenarioFile(file === '-' ? path : resolve(dirname(file), path), { scale }).scenario,
      load,
      isRolled,
    });
    return { file, drill, problems: [] };
  } catch (error) {
    if (hasErrorCode(error, 'invalid_file'))
      return { file, drill: null, problems: [...error.problems] };
    throw error;
  }
};

const unreadable = (file: string, message: string, hint: string | null = null) =>
  invalidFile([fileProblem(file, message, hint)]);

const textOf = (file: string): string => {
  try {
    const bytes = readFileSync(file === '-' ? 0 : file);
    if (bytes.length > MOST_BYTES)
      throw unreadable(file, 'is larger than a drill can be', 'give the path of a drill file');
    return bytes.toString('utf8');
  } catch (error) {
    if (hasErrorCode(error, 'invalid_file')) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw unreadable(
        file,
        'there is no such file',
        '"swarm chaos list" lists the drills that come with swarm',
      );
    if (code === 'EISDIR')
      throw unreadable(
        file,
        'is a folder',
        `give the files in it: ${file.replace(/\/$/, '')}/*.yaml`,
      );
    throw unreadable(file, `cannot be read: ${messageOf(error)}`);
  }
};

const libraryFolder = fileURLToPath(new URL('../../../../chaos/', import.meta.url));

/** The drills that come with swarm, where they do: a checkout has them. */
export const libraryFiles = (): string[] => {
  if (!existsSync(libraryFolder)) return [];
  return readdirSync(libraryFolder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => `${libraryFolder}${name}`);
};

/** Published outcomes of the drills that come with swarm. */
export const publishedOutcomes = (): Expectations => {
  const file = `${libraryFolder}night/expectations.yaml`;
  return existsSync(file) ? parseExpectations(readFileSync(file, 'utf8'), file) : new Map();
};
