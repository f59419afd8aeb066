import { PLAIN_REDIS } from '@livekit-swarm/lab';
import { expect, it } from 'vitest';
import { labNote } from './deployment-choice.ts';

const lab = {
  nodes: 3,
  sites: 1,
  redis: { ...PLAIN_REDIS, persistent: true },
  spare: 0,
  tls: false,
  dnsTtlMs: null,
  agentWorkers: null,
  config: { signal_relay: { retry_timeout: '2s' } },
  alerts: true,
};

it('names the workers of agents that another deployment does not have', () => {
  const agentWorkers = {
    ...{ count: 2, agent: 'reference', maxJobs: 1, drainMs: 60_000 },
    answers: { afterMs: 500, lengthMs: 1_000, stopsAfterMs: 300 },
  };
  const plain = { ...lab, redis: PLAIN_REDIS, config: {}, agentWorkers };
  expect(labNote({ name: 'mine', lab: plain }, { type: 'lab', name: 'lab' })).toBe(
    'mine: agentWorkers (2) of its lab is not applied: the deployment is used unchanged',
  );
});

it('names the lab settings that are ignored when no lab is started for the drill', () => {
  const drill = { name: 'mine', lab };
  expect(labNote(drill, { type: 'lab', name: 'lab' })).toBe(
    'mine: config (signal_relay) and redis: persistent of its lab is not applied: the deployment is used unchanged',
  );
  expect(labNote(drill, { type: 'embedded', server: null })).toBeNull();
  expect(
    labNote(
      { name: 'mine', lab: { ...lab, redis: PLAIN_REDIS, config: {} } },
      { type: 'lab', name: 'lab' },
    ),
  ).toBeNull();
});
