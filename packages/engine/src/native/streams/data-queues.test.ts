import { expect, test } from 'vitest';
import { peerOf } from '../../../test/support/streams.ts';
import { dataQueuesOf } from './data-queues.ts';

const SENT = { dataMessagesSent: 10, dataBytesSent: 2_000 };

test('a role has the sum of its connections since the last sample, and their longest round-trip time', () => {
  const before = peerOf({ dataMessagesSent: 4, dataBytesSent: 800, dataBytesAhead: 300 }).stats;
  const peers = [
    { ...peerOf({ ...SENT, dataBytesAhead: 1_000, rttMs: 20 }), taken: before },
    peerOf({ ...SENT, dataMessagesRefused: 2, rttMs: 50 }),
    peerOf({ ...SENT }),
    peerOf({ rttMs: 90 }),
  ];
  expect(dataQueuesOf(peers)).toEqual([
    {
      ...{ group: 'load', role: 'publisher', peers: 3, messages: 26, bytes: 5_200 },
      ...{ refused: 2, bytesAhead: 700, rttMs: 50 },
    },
  ]);
});

test('a role whose messages do not wait has no queue', () => {
  expect(dataQueuesOf([peerOf({ ...SENT, rttMs: 20 })])).toEqual([]);
});
