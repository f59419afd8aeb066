import { type Conversation, type Transfer, transferSchema } from '@livekit-swarm/scenario';

/** Metadata of the dispatch of a caller's first agent; empty: it is not transferred. */
export const dispatchMetadataOf = ({ transfer }: Pick<Conversation, 'transfer'>): string =>
  transfer === undefined ? '' : JSON.stringify({ transfer });

/**
 * Read what an agent has to do from the metadata of its job.
 * @returns null if it has to hand no caller over, or the metadata is not that of swarm
 */
export const readTransfer = (metadata: string): Transfer | null => {
  if (metadata === '') return null;
  let value: unknown;
  try {
    value = JSON.parse(metadata);
  } catch {
    return null;
  }
  const { transfer } = Object(value) as { transfer?: unknown };
  const parsed = transferSchema.safeParse(transfer);
  return parsed.success ? parsed.data : null;
};
