import { createEngine, type Engine } from '@livekit-swarm/engine';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { Pair, PairState, Received, Reports } from './pair.ts';

const ROLES: readonly string[] = ['first', 'second'];

/** Message rate of each participant: the native engine sends messages by a plan. */
const DATA = { messagesPerSecond: 5, bytes: 100, reliable: true };

const planOf = (index: number, room: string): ParticipantPlan => ({
  index,
  identity: `user-${index}`,
  room,
  group: 'load',
  role: ROLES[index] ?? 'first',
  joinAtMs: 0,
  leaveAtMs: Number.POSITIVE_INFINITY,
  publish: [
    { kind: 'audio' },
    { kind: 'video', source: 'camera', codec: 'vp8', resolution: '180p', simulcast: false },
  ],
  subscribe: true,
  layout: { type: 'all' },
  data: [DATA],
  grants: {},
  network: null,
  path: 'direct',
  e2ee: null,
  expectedTracks: { audio: 1, video: 1 },
});

/** Two participants of the native engine in this process. */
export const openNativePair = (): Pair => {
  const reports: Reports = { resumed: 0, reconnected: 0, disconnected: 0 };
  const failures: string[] = [];
  const received: [Received, Received] = [
    { audio: 0, video: 0, messages: 0 },
    { audio: 0, video: 0, messages: 0 },
  ];
  let joined = 0;
  const engine: Engine = createEngine({
    threads: 1,
    startedAtMs: Date.now(),
    joinTimeoutMs: 15_000,
    joinAttempts: 1,
    signalling: 'auto',
    reconnectPolicy: 'sdk',
    onEvent: ({ event, reason }) => {
      if (event === 'joined') joined++;
      if (event === 'join_failed') failures.push(reason ?? event);
      if (event === 'resumed' || event === 'reconnected' || event === 'disconnected')
        reports[event]++;
    },
  });
  return {
    join: async (url, tokens) => {
      const room = 'compatibility';
      await Promise.all(
        tokens.map((token, index) => engine.join(planOf(index, room), { url, token }, 0)),
      );
      if (joined < tokens.length) throw new Error(failures.join(', ') || 'not joined');
    },
    say: async () => {},
    read: async (): Promise<PairState> => {
      for (const { labels, packets } of engine.sample().series) {
        const index = ROLES.indexOf(labels.role);
        const own = received[index];
        if (labels.direction !== 'down' || own === undefined) continue;
        own[labels.kind === 'data' ? 'messages' : labels.kind] += packets;
      }
      return { received: structuredClone(received), reports: { ...reports } };
    },
    [Symbol.asyncDispose]: () => engine.close(),
  };
};
