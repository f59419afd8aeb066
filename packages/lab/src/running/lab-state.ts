import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir, isSameProcess, type ProcessIdentity, replaceFile } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import type { ClusterFacts } from '../cluster/cluster-layout.ts';
import { isReady, type Readiness } from '../cluster/ready.ts';

const SCHEMA = 'livekit-swarm/lab/3';

/**
 * State of a running lab: `lab.json` in its folder, readable by its owner alone, without the API
 * secret.
 */
export interface LabState {
  schema: typeof SCHEMA;
  name: string;
  /** Time of the start, ISO 8601. */
  startedAt: string;
  /** Process of the supervisor. When it ends, every service of the lab ends. */
  supervisor: ProcessIdentity;
  facts: Omit<ClusterFacts, 'apiSecret'>;
  services: readonly LabServiceState[];
}

export interface LabServiceState {
  name: string;
  url: string;
  logFile: string;
  ready: Readiness;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,30}$/;

const labsFolder = (env: NodeJS.ProcessEnv = process.env): string => join(cacheDir(env), 'labs');

/**
 * Folder for configurations, logs and data of a running lab.
 * @throws SwarmError `bad_name`
 */
export const labFolder = (name: string, env: NodeJS.ProcessEnv = process.env): string => {
  if (NAME.test(name)) return join(labsFolder(env), name);
  throw new SwarmError(
    'bad_name',
    `invalid lab name "${name}"`,
    'use lower-case letters, digits and hyphens, 31 at most',
  );
};

/** File with the keys of a lab, for a shell to read: `. FILE`. Only its owner can read it. */
export const keysFile = (name: string): string => join(labFolder(name), 'keys.env');

/** Socket on which the supervisor controls single services. */
export const controlSocket = (name: string): string => join(labFolder(name), 'control.sock');

const stateFile = (name: string): string => join(labFolder(name), 'lab.json');

/** Replaces the file atomically: readers see the previous state or the complete new one. */
export const writeState = (state: LabState): Promise<void> =>
  replaceFile(stateFile(state.name), `${JSON.stringify(state, null, 2)}\n`, 0o600);

/**
 * Reads the state of a lab.
 * @returns null if there is no such lab
 * @throws SwarmError `bad_state` if another version of swarm wrote it
 */
export const readState = async (name: string): Promise<LabState | null> => {
  const file = stateFile(name);
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  const state = parse(text);
  // The file is empty or truncated, as after a power failure: no service of that lab is running.
  if (state === null) return null;
  if (state.schema === SCHEMA) return state;
  throw new SwarmError(
    'bad_state',
    `${file} cannot be read by this version of swarm`,
    'stop that lab with the version that started it',
  );
};

const parse = (text: string): LabState | null => {
  try {
    return JSON.parse(text) as LabState;
  } catch {
    return null;
  }
};

/** Names of all running labs, and of those that did not stop properly. */
export const labNames = async (): Promise<string[]> => {
  const entries = await readdir(labsFolder(), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && NAME.test(entry.name))
    .map(({ name }) => name);
};

/** Removes the data of a lab. */
export const removeLabState = (name: string): Promise<void> =>
  rm(labFolder(name), { recursive: true, force: true });

export interface LabStatus {
  state: LabState;
  /** True if the supervisor runs. If it does not, no service does. */
  running: boolean;
  services: readonly (LabServiceState & { ready: LabServiceState['ready']; up: boolean })[];
}

/** Reads the state of a lab and checks each of its programs; null if there is no such lab. */
export const labStatus = async (name: string): Promise<LabStatus | null> => {
  const state = await readState(name);
  if (state === null) return null;
  const running = isSameProcess(state.supervisor);
  const services = await Promise.all(
    state.services.map(async (service) => ({
      ...service,
      up: running && (await isReady(service.ready)),
    })),
  );
  return { state, running, services };
};
