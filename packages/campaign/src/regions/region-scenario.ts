import type { RegionPlan } from '@livekit-swarm/ready';
import { parseScenario, type Scenario } from '@livekit-swarm/scenario';

/** A part of a session: rooms of one region, rooms across regions, rooms while a region is lost. */
export type RegionPhase = 'home' | 'across' | 'loss';

/** Time between the first user of a room and one from another region. */
const SECOND_USER = '4s';

/** Users of a room whose users are all of one region. */
export const USERS_PER_ROOM = 2;

/** Name of a room with users of two regions, or of one; names of regions have no underscore. */
export const roomName = (phase: RegionPhase, opener: string, other: string): string =>
  `${phase}_${opener}_${other}`;

/** Region of the user who opened a room. */
export const openerOf = (room: string): string => room.split('_')[1] ?? '';

/**
 * Two users in each room: of one region, or where rooms are across, of two. Each asks the token
 * endpoint of its region for its server. Roles are named after the regions of their users.
 * @param endpoint URL of the endpoint for users of a region
 * @param servers servers that it may name
 */
export const regionScenario = (
  { regions }: RegionPlan,
  phase: RegionPhase,
  seconds: number,
  { endpoint, servers }: { endpoint: (region: string) => string; servers: readonly string[] },
): Scenario => {
  const group = (room: string, region: string, count: number, more: object = {}) => ({
    ...{ executor: 'constant-rooms', room, duration: `${seconds}s`, ...more },
    roles: {
      [region]: {
        ...{ count, publish: 'audio', hostSelector: { region } },
        connect: { url: endpoint(region), servers },
      },
    },
  });
  const names = regions.map(({ name }) => name);
  const groups = names.flatMap((opener) =>
    phase === 'across'
      ? names.flatMap((other) => {
          const room = roomName(phase, opener, other);
          return other === opener
            ? []
            : [group(room, opener, 1), group(room, other, 1, { startTime: SECOND_USER })];
        })
      : [group(roomName(phase, opener, opener), opener, USERS_PER_ROOM)],
  );
  const file = `regions-${phase}`;
  // JSON is YAML.
  return parseScenario(
    JSON.stringify({
      scenario: file,
      groups: Object.fromEntries(groups.map((one, index) => [`group-${index + 1}`, one])),
    }),
    { file },
  );
};
