import type { ParticipantPlan } from '@livekit-swarm/scenario';

/** Plan of a participant that joins now, stays, and receives everything. */
export const planOf = (
  plan: Pick<ParticipantPlan, 'identity' | 'room'> & Partial<ParticipantPlan>,
): ParticipantPlan => ({
  index: 0,
  group: 'load',
  role: 'subscriber',
  joinAtMs: 0,
  leaveAtMs: Number.POSITIVE_INFINITY,
  publish: [],
  subscribe: true,
  layout: { type: 'all' },
  data: [],
  grants: {},
  network: null,
  path: 'direct',
  e2ee: null,
  expectedTracks: { audio: 1, video: 1 },
  ...plan,
});
