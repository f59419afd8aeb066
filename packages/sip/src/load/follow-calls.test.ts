import { expect, test } from 'vitest';
import { CallTrack } from './call-track.ts';
import { followCalls } from './follow-calls.ts';

const REQUEST = {
  calls: 1,
  script: {
    address: { host: '127.0.0.1', port: 5_060, transport: 'udp' as const },
    ...{ payloadType: 0 as const, hasCredentials: false, answerWithinMs: 1_000, holdMs: 1_000 },
    transferTo: null,
  },
  stop: new AbortController().signal,
};

test.each([
  ['an error', 'log lost', REQUEST],
  ['a request to end', null, { ...REQUEST, stop: AbortSignal.abort() }],
])('open calls get their BYE after %s', async (_, error, request) => {
  const stops: boolean[] = [];
  const sipp = {
    read: async () => {
      if (error !== null) throw new Error(error);
      return [];
    },
    isOver: false,
    stop: async (isUrgent: boolean) => void stops.push(isUrgent),
  };
  const end = await followCalls(sipp, new CallTrack([], 'swarm-'), request).catch(String);
  expect([end, stops]).toEqual([error === null ? undefined : 'Error: log lost', [false]]);
});
