import type { DataQueueSample } from '@livekit-swarm/record';
import type { Peer } from './stream-registry.ts';

/** Data messages that waited at their senders since the last sample, by role; usually none. */
export const dataQueuesOf = (peers: Iterable<Peer>): DataQueueSample[] => {
  const roles = new Map<string, DataQueueSample>();
  for (const { owner, stats, taken } of peers) {
    if (stats === null) continue;
    const messages = stats.dataMessagesSent - (taken?.dataMessagesSent ?? 0);
    const refused = stats.dataMessagesRefused - (taken?.dataMessagesRefused ?? 0);
    if (messages + refused === 0) continue;
    const { group, role } = owner;
    const key = JSON.stringify([group, role]);
    const sample: DataQueueSample = roles.get(key) ?? {
      ...{ group, role, peers: 0, messages: 0 },
      ...{ bytes: 0, refused: 0, bytesAhead: 0 },
    };
    sample.peers++;
    sample.messages += messages;
    sample.refused += refused;
    sample.bytes += stats.dataBytesSent - (taken?.dataBytesSent ?? 0);
    sample.bytesAhead += stats.dataBytesAhead - (taken?.dataBytesAhead ?? 0);
    if (!Number.isNaN(stats.rttMs)) sample.rttMs = Math.max(sample.rttMs ?? 0, stats.rttMs);
    roles.set(key, sample);
  }
  return [...roles.values()].filter(({ refused, bytesAhead }) => refused > 0 || bytesAhead > 0);
};
