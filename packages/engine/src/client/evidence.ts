import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withoutTokens } from '@livekit-swarm/livekit';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { Client } from './client.ts';
import type { Stat, StatsAt } from './stat.ts';
import { dumpOf } from './stats-dump.ts';

/** What a failed client leaves in the folder of the record, in a folder by its identity. */
export interface Evidence {
  add(at: number, peers: Stat[][]): void;
  /** Begins to write; once. */
  write(failure: string, client: Client | null): void;
  /** Resolves when it is written, or after a second. */
  settled(): Promise<void>;
}

/** Readings that are kept: the last two minutes. */
const KEPT = 120;
const SETTLE_MS = 1_000;

/** @param dir of the record; null: nothing is kept */
export const keepEvidence = (
  dir: string | null,
  { identity, engine }: Pick<ParticipantPlan, 'identity' | 'engine'>,
): Evidence => {
  const history: StatsAt[] = [];
  let writing: Promise<void> | null = null;
  const writeAll = async (failure: string, client: Client | null): Promise<void> => {
    if (dir === null) return;
    const folder = join(dir, `${engine}-${identity.replace(/[^\w.+-]/g, '_')}`);
    const files = await (client?.evidence() ?? {});
    await mkdir(folder, { recursive: true });
    const all: Record<string, string | Uint8Array> = {
      ...files,
      'stats.json': `${JSON.stringify(dumpOf(history, `${engine} ${identity}: ${failure}`))}\n`,
    };
    for (const [name, content] of Object.entries(all))
      await writeFile(
        join(folder, name),
        typeof content === 'string' ? withoutTokens(content) : content,
      );
  };
  return {
    add: (at, peers) => {
      if (dir === null) return;
      history.push({ at, peers });
      if (history.length > KEPT) history.shift();
    },
    write: (failure, client) => {
      // The record does not depend on it.
      writing ??= writeAll(failure, client).catch(() => {});
    },
    settled: async () => {
      if (writing !== null) await Promise.race([writing, sleep(SETTLE_MS)]);
    },
  };
};
