import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  type HostIdentity,
  identifyHost,
  identifyProcess,
  isSameProcess,
  type ProcessIdentity,
  relateHost,
} from '@livekit-swarm/host';
import { removeCgroups } from './cgroups.ts';

/**
 * Prefix of an engine's folder and control groups. It is short, because the path of a socket has at
 * most 107 bytes.
 */
const PREFIX = 'swarm-docker-';
/** File in the folder that names the process which removes it. */
const OWNER = 'owner.json';

interface Owner {
  process: ProcessIdentity | null;
  host: HostIdentity;
}

/**
 * Makes a folder for an engine of this process; its control groups have the same name.
 * @param folder parent of the folder
 */
export const makeEngineFolder = async (folder: string = tmpdir()): Promise<string> => {
  const dir = await mkdtemp(join(folder, PREFIX));
  const owner: Owner = { process: identifyProcess(process.pid), host: identifyHost() };
  await writeFile(join(dir, OWNER), JSON.stringify(owner), { mode: 0o600 });
  return dir;
};

/**
 * Removes the folders and control groups of engines whose process was killed before it could do so;
 * all else ended with that process. Folders of other users stay, and those of processes that cannot
 * be looked up here: their engines may run.
 * @param folder parent of the folders
 */
export const removeLeftovers = async (folder: string = tmpdir()): Promise<void> => {
  const names = (await readdir(folder)).filter((name) => name.startsWith(PREFIX));
  for (const dir of names.map((name) => join(folder, name))) {
    if (!(await isLeft(dir))) continue;
    await removeCgroups(basename(dir));
    await rm(dir, { recursive: true, force: true }).catch(() => {});
  }
};

const isLeft = async (dir: string): Promise<boolean> => {
  const found = await lstat(dir).catch(() => null);
  if (found === null || !found.isDirectory() || found.uid !== process.getuid?.()) return false;
  try {
    return hasEnded(JSON.parse(await readFile(join(dir, OWNER), 'utf8')) as Owner);
  } catch {
    // The owner is unknown.
    return false;
  }
};

const hasEnded = ({ process: owner, host }: Owner): boolean => {
  switch (relateHost(host, identifyHost())) {
    case 'here':
      return owner !== null && !isSameProcess(owner);
    case 'after_restart':
      return true;
    case 'elsewhere':
      return false;
  }
};
