import { expect, test } from 'vitest';
import { agentsAmong } from './room-agents.ts';

const [USER, AGENT] = [0, 4];
const participant = (identity: string, kind: number, tracks: string[]) => ({
  ...{ identity, kind, attributes: { 'lk.agent.state': 'listening' } },
  trackPublications: new Map(tracks.map((track) => [track, { kind: track }])),
});

test('agents are known by their kind, with their audio and attributes', () => {
  const room = [
    participant('caller', USER, ['audio']),
    participant('agent', AGENT, ['video', 'audio']),
    participant('silent', AGENT, ['video']),
  ];
  const attributes = { 'lk.agent.state': 'listening' };
  expect(agentsAmong(room, { agent: AGENT, audio: 'audio' })).toEqual([
    { identity: 'agent', hasAudio: true, attributes },
    { identity: 'silent', hasAudio: false, attributes },
  ]);
});
