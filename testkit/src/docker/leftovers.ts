import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identifyProcess } from '@livekit-swarm/host';
import { cgroupNames, removeCgroups } from './cgroups.ts';

const NAME = /^swarm-docker-(\d+)-/;

/** Of an engine's folder and control groups: it names the owner. Short, since the path of a socket has 107 bytes at most. */
export const engineName = (): string => `swarm-docker-${process.pid}-${randomUUID().slice(0, 8)}`;

/**
 * Removes the folders and control groups of engines whose process was killed before it could do so. Everything else went with that process.
 * @param folder where the folders are
 */
export const removeLeftovers = async (folder: string = tmpdir()): Promise<void> => {
  const isLeft = (name: string): boolean => {
    const pid = Number(NAME.exec(name)?.[1]);
    return Number.isInteger(pid) && identifyProcess(pid) === null;
  };
  const names = (await readdir(folder)).filter(isLeft);
  for (const name of names)
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
  for (const name of (await cgroupNames()).filter(isLeft)) await removeCgroups(name);
};
