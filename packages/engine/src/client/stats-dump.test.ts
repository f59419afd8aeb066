import { expect, test } from 'vitest';
import { dumpOf } from './stats-dump.ts';

test('a dump has the values of each member over time, in the format of chrome://webrtc-internals', () => {
  const at = (packetsReceived: number) => [
    [{ type: 'inbound-rtp', id: 'IT1', packetsReceived }],
    [],
  ];
  const dump = dumpOf(
    [
      { at: 1_000, peers: at(5) },
      { at: 2_000, peers: at(9) },
    ],
    'browser a: disconnected: browser_ended',
  );
  expect(Object.keys(dump.PeerConnections)).toEqual(['1-1', '1-2']);
  expect(dump.PeerConnections['1-1']?.stats).toEqual({
    'IT1-packetsReceived': {
      startTime: '1970-01-01T00:00:01.000Z',
      endTime: '1970-01-01T00:00:02.000Z',
      statsType: 'inbound-rtp',
      values: '[5,9]',
    },
  });
});
