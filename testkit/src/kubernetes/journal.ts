import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ProcessIdentity } from '@livekit-swarm/host';
import { replaceFile } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import type { HostSettings } from './host-settings.ts';

const SCHEMA = 'livekit-swarm/kubernetes/2';

/** What a cluster leaves on the host if it is not stopped: written before it is created. */
export interface Journal {
  schema: typeof SCHEMA;
  /** The cluster ends with it. */
  owner: ProcessIdentity;
  folder: string;
  controlGroups: readonly string[];
  bridge: string;
  /** As they were before. */
  hostSettings: HostSettings;
  /** Folders of the host that were not there before. */
  madeFolders: readonly string[];
}

/** One per host, and gone after a reboot, like everything that it lists. */
const JOURNAL = '/run/livekit-swarm/kubernetes.json';
/** Held while a cluster is started or cleaned up. */
export const JOURNAL_LOCK = '/run/livekit-swarm/kubernetes.lock';

/** The file is whole at any time. */
export const writeJournal = async (what: Omit<Journal, 'schema'>): Promise<Journal> => {
  await mkdir(dirname(JOURNAL), { recursive: true, mode: 0o700 });
  const journal: Journal = { schema: SCHEMA, ...what };
  await replaceFile(JOURNAL, `${JSON.stringify(journal, null, 2)}\n`, 0o600);
  return journal;
};

/** Null when there is no cluster. @throws SwarmError `bad_state` when another version of this program wrote it */
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
