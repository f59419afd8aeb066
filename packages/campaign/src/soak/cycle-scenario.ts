import type { CycleDeparture } from '@livekit-swarm/analysis/soak';
import { departsWhileJoining, type RoleSpec, type Scenario } from '@livekit-swarm/scenario';

/** The scenario of one cycle: its participants leave in this way, and no threshold ends it. Real clients leave as they always do. */
export const cycleScenario = (scenario: Scenario, departure: CycleDeparture): Scenario => ({
  ...scenario,
  thresholds: [],
  groups: scenario.groups.map((group) => ({
    ...group,
    roles: group.roles.map((role) =>
      departure === 'scenario' || role.engine !== undefined ? role : departing(role, departure),
    ),
  })),
});

const departing = (
  { departure: _, actions, turns, ...role }: RoleSpec,
  departure: Exclude<CycleDeparture, 'scenario'>,
): RoleSpec => {
  if (departsWhileJoining(departure)) return { ...role, publish: [], data: null, departure };
  return {
    ...role,
    ...(actions !== undefined && { actions }),
    ...(turns !== undefined && { turns }),
    ...(departure !== 'leave' && { departure }),
  };
};
