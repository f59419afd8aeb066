import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ProcessIdentity } from '@livekit-swarm/host';
import { replaceFile } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import type { HostSettings } from './host-settings.ts';

const SCHEMA = 'livekit-swarm/kubernetes/2';

/**
 * Parts of a cluster that stay on the host unless it is stopped; written before they are created.
 */
export interface Journal {
  schema: typeof SCHEMA;
  /** Process with which the cluster ends. */
  owner: ProcessIdentity;
  folder: string;
  controlGroups: readonly string[];
  bridge: string;
  /** Settings of the host before the start. */
  hostSettings: HostSettings;
  /** Folders of the host that did not exist before. */
  madeFolders: readonly string[];
}

/** Path of the journal: one per host, removed by a reboot, like all parts that it lists. */
const JOURNAL = '/run/livekit-swarm/kubernetes.json';
/** Path of the lock that is held while a cluster is started or cleaned up. */
export const JOURNAL_LOCK = '/run/livekit-swarm/kubernetes.lock';

/** Writes the journal in one step, so that it is complete at any time. */
export const writeJournal = async (what: Omit<Journal, 'schema'>): Promise<Journal> => {
  await mkdir(dirname(JOURNAL), { recursive: true, mode: 0o700 });
  const journal: Journal = { schema: SCHEMA, ...what };
  await replaceFile(JOURNAL, `${JSON.stringify(journal, null, 2)}\n`, 0o600);
  return journal;
};

/**
 * Reads the journal; null: there is no cluster.
 * @throws SwarmError `bad_state` when another version of this program wrote it
 */
export const readJournal = async (): Promise<Journal | null> => {
  const text = await readFile(JOURNAL, 'utf8').catch(() => null);
  if (text === null) return null;
  const journal = JSON.parse(text) as Journal;
  if (journal.schema === SCHEMA) return journal;
  throw new SwarmError(
    'bad_state',
    `${JOURNAL} cannot be read by this version`,
    'use the version that wrote it, or reboot',
  );
};

export const removeJournal = (): Promise<void> => rm(JOURNAL, { force: true });
