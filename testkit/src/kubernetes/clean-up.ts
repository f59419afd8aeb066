import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isSameProcess, withFileLock } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import { emptyControlGroup, removeControlGroup } from './control-group.ts';
import { clearHostFolders, shimSocketsOf } from './host-folders.ts';
import { restoreHostSettings } from './host-settings.ts';
import { JOURNAL_LOCK, type Journal, readJournal, removeJournal } from './journal.ts';
import { unmountBelow } from './mounts.ts';
import { kubernetesPaths } from './paths.ts';
import { removeBridge } from './pod-network.ts';

/**
 * Ends a cluster and removes all its parts from this host, except logs and kubeconfig. May be
 * called again, and after an incomplete start.
 * @throws SwarmError `not_clean`, `mounts_left`: the journal is then kept for the next attempt
 */
export const cleanUp = async (journal: Journal): Promise<void> => {
  const { folder, controlGroups, bridge } = journal;
  const { data, etc } = kubernetesPaths(folder);
  const refuse = (what: string): never => {
    throw new SwarmError(
      'not_clean',
      `of the Kubernetes in ${folder}, ${what}`,
      'the next start tries again; a reboot removes it, too',
    );
  };
  if (!(await emptyControlGroup(controlGroups)))
    refuse(`processes do not end (${controlGroups[0]}/cgroup.procs names them)`);
  const sockets = await shimSocketsOf(join(data, 'containerd-state'));
  await unmountBelow(folder);
  await removeBridge(bridge);
  const unset = restoreHostSettings(journal.hostSettings);
  if (unset.length > 0) refuse(`settings of the host cannot be put back: ${unset.join(', ')}`);
  await clearHostFolders(folder, bridge, sockets, journal.madeFolders);
  for (const path of [data, etc]) await rm(path, { recursive: true, force: true });
  if (!(await removeControlGroup(controlGroups)))
    refuse(`control groups cannot be removed: ${controlGroups.join(', ')}`);
  await removeJournal();
};

/**
 * Removes the parts of a cluster whose owner was killed; no effect without one.
 * @returns true when there was one
 * @throws SwarmError `in_use` when its owner is running; `not_clean`, `mounts_left`
 */
export const removeStaleKubernetes = (): Promise<boolean> =>
  withFileLock(JOURNAL_LOCK, () => sweepUnlocked());

/**
 * Removes a cluster under the lock of the caller.
 * @param abandoned true when parts that this process has started are left over as well
 */
export const sweepUnlocked = async (abandoned = false): Promise<boolean> => {
  const journal = await readJournal();
  if (journal === null) return false;
  if (isSameProcess(journal.owner) && !(abandoned && journal.owner.pid === process.pid))
    throw new SwarmError(
      'in_use',
      `process ${journal.owner.pid} runs a Kubernetes on this host, in ${journal.folder}`,
      'there can be one at a time: wait until it has ended, or end that process',
    );
  await cleanUp(journal);
  return true;
};
