import { isSameProcess } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import { healFault } from '../execute/rollback-fault.ts';
import type { Fault } from '../faults/fault.ts';
import { openTarget } from '../targets/open-target.ts';
import type { Target, TargetReference } from '../targets/target.ts';
import type { Journal, UnreadableEntry } from './journal.ts';
import type { JournalEntry } from './journal-entry.ts';

export interface HealPendingOptions {
  journal: Journal;
  faults: ReadonlyMap<string, Fault>;
  /** Also those whose drill still runs. */
  force?: boolean;
  /** Default: as the journal says. */
  open?: (reference: TargetReference) => Promise<Target>;
}

/** What became of the journal's entries, the last injected first. */
export interface HealReport {
  healed: JournalEntry[];
  /** Their drill runs: it heals them itself. */
  alive: JournalEntry[];
  failed: { entry: JournalEntry; error: Error }[];
  unreadable: UnreadableEntry[];
}

/** Whether the drill that injected it still runs. */
export const isOwned = ({ owner }: JournalEntry): boolean => isSameProcess(owner);

/** Takes back what drills left that were killed. One that cannot be taken back stays in the journal and keeps nobody from healing the others. */
export const healPending = async (options: HealPendingOptions): Promise<HealReport> => {
  const { journal, force = false } = options;
  const { pending, unreadable } = await journal.read();
  const report: HealReport = { healed: [], alive: [], failed: [], unreadable };
  for (const entry of pending) {
    if (!force && isOwned(entry)) {
      report.alive.push(entry);
      continue;
    }
    try {
      await healEntry(entry, options);
      await journal.remove(entry.id);
      report.healed.push(entry);
    } catch (error) {
      report.failed.push({
        entry,
        error: error instanceof Error ? error : new Error(String(error)),
      });
    }
  }
  return report;
};

const healEntry = async (
  entry: JournalEntry,
  { faults, open = openTarget }: HealPendingOptions,
): Promise<void> => {
  const fault = faults.get(entry.fault);
  if (fault === undefined) {
    throw new SwarmError(
      'no_fault',
      `this version knows no fault "${entry.fault}"`,
      'use the version of swarm that ran the drill',
    );
  }
  await using target = await open(entry.target);
  const { members, params, id } = entry;
  await healFault(fault, { target, members, params, id, durationMs: null });
};
