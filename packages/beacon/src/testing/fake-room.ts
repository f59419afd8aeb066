import type { Room } from 'livekit-client';
import type { Stat } from '../stats-reading.ts';

type Listener = (...parameters: unknown[]) => void;

/**
 * Makes the members of a livekit-client room that the beacon uses, with two tracks whose counters a
 * test sets.
 */
export const fakeRoom = () => {
  const listeners = new Map<string, Set<Listener>>();
  const received = new Map<string, unknown>([
    ['packetsReceived', 0],
    ['bytesReceived', 0],
  ]);
  const sent = new Map<string, unknown>([
    ['packetsSent', 0],
    ['bytesSent', 0],
  ]);
  const reportOf = (id: string, type: string, members: Map<string, unknown>) => async () =>
    new Map<string, Stat>([
      [id, { id, type, kind: 'audio', ssrc: 7, ...Object.fromEntries(members) }],
    ]);
  const publication = (
    trackSid: string,
    isLocal: boolean,
    getRTCStatsReport: () => Promise<Map<string, Stat>>,
  ) => ({
    trackSid,
    isLocal,
    isMuted: false,
    isEnabled: true,
    track: { source: 'microphone', streamState: 'active', getRTCStatsReport },
  });
  const room = {
    state: 'disconnected',
    serverInfo: { nodeId: 'ND_one' },
    localParticipant: {
      sid: 'PA_anna',
      trackPublications: new Map([
        ['up', publication('up', true, reportOf('out', 'outbound-rtp', sent))],
      ]),
    },
    remoteParticipants: new Map([
      [
        'ben',
        {
          sid: 'PA_ben',
          trackPublications: new Map([
            ['down', publication('down', false, reportOf('in', 'inbound-rtp', received))],
          ]),
        },
      ],
    ]),
    on(event: string, listener: Listener) {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
      return room;
    },
    off(event: string, listener: Listener) {
      listeners.get(event)?.delete(listener);
      return room;
    },
  };
  const emit = (event: string) => {
    if (event === 'connected') room.state = 'connected';
    if (event === 'disconnected') room.state = 'disconnected';
    for (const listener of listeners.get(event) ?? []) listener();
  };
  const listening = () => [...listeners.values()].reduce((count, { size }) => count + size, 0);
  return { room: room as unknown as Room, raw: room, received, sent, emit, listening };
};
