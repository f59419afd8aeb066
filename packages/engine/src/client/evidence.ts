import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withoutTokens } from '@livekit-swarm/livekit';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { Client } from './client.ts';
import type { Stat, StatsAt } from './stat.ts';
import { dumpOf } from './stats-dump.ts';

/**
 * Evidence of a failed client, which is written to a folder with its identity in the folder of the
 * record.
 */
export interface Evidence {
  add(at: number, peers: Stat[][]): void;
  /** Start to write; only the first call has an effect. */
  write(failure: string, client: Client | null): void;
  /** Wait until everything is written, at most one second. */
  settled(): Promise<void>;
}

/** Number of readings that are kept: two minutes. */
const KEPT = 120;
const SETTLE_MS = 1_000;

/** @param dir folder of the record; null: nothing is kept */
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
      // A run is valid without the evidence: an error while writing is ignored.
      writing ??= writeAll(failure, client).catch(() => {});
    },
    settled: async () => {
      if (writing !== null) await Promise.race([writing, sleep(SETTLE_MS)]);
    },
  };
};
