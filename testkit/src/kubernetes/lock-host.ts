import { existsSync } from 'node:fs';
import { identifyProcess, withFileLock } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import { cleanUp, sweepUnlocked } from './clean-up.ts';
import type { ControlGroup } from './control-group.ts';
import { missingHostFolders } from './host-folders.ts';
import { readHostSettings } from './host-settings.ts';
import { JOURNAL_LOCK, type Journal, writeJournal } from './journal.ts';
import { expectNoOtherKubelet } from './needs.ts';
import type { KubernetesPaths } from './paths.ts';
import { startCleanupProcess } from './start-cleanup-process.ts';

/**
 * True while this process runs a cluster: the journal does not distinguish a running cluster from
 * one that could not be cleaned up.
 */
let running = false;

/** Right to run a cluster on this host, with the duty to remove it. */
export interface Claim {
  /**
   * Removes all parts in the journal, once; may be called again when that fails.
   * @throws SwarmError `not_clean`, `mounts_left`
   */
  giveUp(): Promise<void>;
}

/**
 * Removes the parts of a killed cluster, and writes the journal: all parts that are created
 * afterwards are also removed, by this process or its cleanup process.
 * @throws SwarmError `in_use`, `no_kubernetes`, `bad_folder`; `not_clean`, `mounts_left`
 */
export const lockHost = async (
  paths: KubernetesPaths,
  { folders }: ControlGroup,
  bridge: string,
): Promise<Claim> => {
  const journal = await withFileLock(JOURNAL_LOCK, async (): Promise<Journal> => {
    await sweepUnlocked(!running);
    expectNoOtherKubelet();
    expectOwn(paths);
    const owner = identifyProcess(process.pid);
    if (owner === null)
      throw new SwarmError('no_kubernetes', 'this process cannot see itself', 'is /proc mounted?');
    const hostSettings = readHostSettings();
    const written = await writeJournal({
      owner,
      folder: paths.folder,
      controlGroups: folders,
      bridge,
      hostSettings,
      madeFolders: missingHostFolders(),
    });
    running = true;
    return written;
  });
  const dismiss = startCleanupProcess();
  let given = false;
  return {
    giveUp: async () => {
      // Another process may hold the host lock now.
      if (given) return;
      running = false;
      await withFileLock(JOURNAL_LOCK, () => cleanUp(journal));
      given = true;
      dismiss();
    },
  };
};

/**
 * Requires that the folders are new or empty, because they are removed with the cluster.
 * @throws SwarmError `bad_folder`
 */
const expectOwn = ({ data, etc }: KubernetesPaths): void => {
  const taken = [data, etc].find((path) => existsSync(path));
  if (taken !== undefined)
    throw new SwarmError(
      'bad_folder',
      `${taken} is there already, and would be removed with the cluster`,
      'give an empty folder',
    );
};
