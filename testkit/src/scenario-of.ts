/** Scenarios for tests, with defaults for irrelevant settings. */
import {
  DEFAULT_ROLE,
  type ExecutorSpec,
  type GroupSpec,
  type RoleSpec,
  type Scenario,
} from '@livekit-swarm/scenario';

export const roleOf = (changes: Partial<RoleSpec> = {}): RoleSpec => ({
  name: 'talker',
  count: 2,
  publish: [{ kind: 'audio' }],
  ...DEFAULT_ROLE,
  ...changes,
});

export const groupOf = (executor: ExecutorSpec, changes: Partial<GroupSpec> = {}): GroupSpec => ({
  name: 'rooms',
  room: null,
  roomPrefix: 'swarm',
  startMs: 0,
  joinSpreadMs: 0,
  executor,
  roles: [roleOf()],
  ...changes,
});

export const scenarioOf = (groups: GroupSpec[], changes: Partial<Scenario> = {}): Scenario => ({
  name: 'test',
  description: null,
  tags: {},
  seed: 1,
  groups,
  windows: [],
  thresholds: [],
  ...changes,
});
