import type { DataQueueSample } from '@livekit-swarm/record';
import type { Scenario } from '@livekit-swarm/scenario';
import type { RunNote } from './run-event.ts';

/**
 * Wait of a message in the buffer of its sender from which a queue is noted, ms: as long as the way
 * of a message across a continent.
 */
const LONG_WAIT_MS = 50;

/** Longest delay of an acknowledgement of SCTP (RFC 9260 §6.2), ms. */
const LONGEST_ACK_DELAY_MS = 200;

/**
 * Wait of a message in the buffer of its sender, ms: what was ahead of it, at the rate at which it
 * was sent, without what was sent and not acknowledged yet. Null: nothing was sent.
 */
export const waitOf = (sample: DataQueueSample, intervalMs: number): number | null => {
  const { peers, messages, refused, bytes, bytesAhead, rttMs = 0 } = sample;
  if (bytes === 0) return null;
  const written = messages + refused;
  const aheadMs = bytesAhead / written / (bytes / peers / intervalMs);
  // Every second packet is acknowledged at once.
  const betweenMs = (intervalMs * peers) / written;
  return Math.max(0, aheadMs - rttMs - Math.min(LONGEST_ACK_DELAY_MS, betweenMs));
};

interface Queue {
  group: string;
  role: string;
  messages: number;
  refused: number;
  waitMs: number;
}

/** Queues of data at senders, by role. */
export class DataQueueFold {
  readonly #queues = new Map<string, Queue>();

  add(samples: readonly DataQueueSample[], intervalMs: number): void {
    for (const sample of samples) {
      const { group, role, messages, refused } = sample;
      const key = JSON.stringify([group, role]);
      const queue = this.#queues.get(key) ?? { group, role, messages: 0, refused: 0, waitMs: 0 };
      queue.messages += messages;
      queue.refused += refused;
      queue.waitMs = Math.max(queue.waitMs, waitOf(sample, intervalMs) ?? 0);
      this.#queues.set(key, queue);
    }
  }

  /** Queues of roles that send messages at a rate; a stream fills the buffer on purpose. */
  notes({ groups }: Pick<Scenario, 'groups'>): RunNote[] {
    const sendsAtRate = (queue: Queue): boolean =>
      groups
        .find(({ name }) => name === queue.group)
        ?.roles.some(
          ({ name, data, dataStreams }) =>
            name === queue.role && data !== null && dataStreams === undefined,
        ) === true;
    return [...this.#queues.values()]
      .filter((queue) => sendsAtRate(queue) && (queue.waitMs >= LONG_WAIT_MS || queue.refused > 0))
      .map((queue) => ({ code: 'data_queued', ...queue, waitMs: Math.round(queue.waitMs) }));
  }
}
