import { readFileSync } from 'node:fs';
import { capacitySchema } from '@livekit-swarm/analysis/capacity';
import { codeOf, fileProblem, invalidFile } from '@livekit-swarm/settings';
import { type Names, seriesOf } from './config/names.ts';
import type { Alert, Recording } from './rule.ts';

/**
 * Measured capacity of a node (`swarm capacity`). Without it there is no alert on capacity: an
 * invented number would be wrong for every node.
 */
export interface NodeCapacity {
  participants: number;
  /** Rooms of a node; absent: the load was not increased by rooms. */
  rooms?: number;
  /** Name of the measured scenario. */
  scenario: string;
}

/** Capacity with which rules are checked and drills are made; no delivered alert uses it. */
export const EXAMPLE_CAPACITY: NodeCapacity = { participants: 1_000, scenario: 'example' };

/**
 * Reads the `capacity.json` of a session.
 * @throws SwarmError `invalid_file` when the file is not one, or contains no limit
 */
export const readCapacity = (file: string): NodeCapacity => {
  const wrong = (message: string) =>
    invalidFile([
      fileProblem(
        file,
        message,
        'give a capacity.json that "swarm capacity" wrote',
        'invalid_file',
      ),
    ]);
  const parsed = capacitySchema.safeParse(readJson(file, wrong));
  if (!parsed.success) throw wrong('is not a result of swarm capacity');
  const { end, participants, scenario, unit, carried, target } = parsed.data;
  if ((end !== 'knee' && end !== 'max') || participants.perNode <= 0)
    throw wrong(`has no capacity in it (${end}): measure it again`);
  const rooms = unit === 'rooms' ? Math.floor(carried / target.nodes) : 0;
  return {
    participants: Math.floor(participants.perNode),
    ...(rooms > 0 && { rooms }),
    scenario,
  };
};

const readJson = (file: string, wrong: (message: string) => Error): unknown => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = codeOf(error) ?? 'unknown error';
    throw invalidFile([
      fileProblem(file, `cannot be read: ${code}`, 'check the path and who may read it'),
    ]);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw wrong('is not JSON');
  }
};

/** Recordings of the used share of a node's capacity. */
export const capacityRecordings = (names: Names, capacity: NodeCapacity): Recording[] => [
  {
    by: names.perNode,
    record: 'instance:livekit_capacity:participants',
    expr: `max by (${names.perNode}) (up{${names.livekit}} * 0 + ${capacity.participants})`,
  },
  {
    by: names.perNode,
    record: 'instance:livekit_capacity_used:ratio',
    expr: usedShare(names, capacity),
  },
];

/** Used share of the participants or of the rooms of a node: the larger one. */
const usedShare = ({ livekit, perNode }: Names, { rooms }: NodeCapacity): string => {
  const ofParticipants = `instance:livekit_participants:active / on (${perNode}) instance:livekit_capacity:participants`;
  if (rooms === undefined) return ofParticipants;
  const ofRooms = `sum by (${perNode}) (livekit_room_total{${livekit}}) / ${rooms}`;
  return `${ofRooms} > ${ofParticipants}
or
${ofParticipants}
or
${ofRooms}`;
};

export const capacityAlert = (
  { config: { limits }, node, test }: Names,
  { participants, rooms, scenario }: NodeCapacity,
): Alert => {
  const carried =
    rooms === undefined
      ? `${participants} participants`
      : `${participants} participants or ${rooms} rooms`;
  const session = { node_id: 'ND_1', protocol_version: '17' };
  return {
    name: 'LiveKitCapacityHigh',
    severity: 'warning',
    expr: `instance:livekit_capacity_used:ratio > ${limits.capacity}`,
    for: '5m',
    summary: 'LiveKit node is near its measured capacity.',
    description: `{{ $labels.${node} }} is at {{ $value | humanizePercentage }} of the ${carried} that a node carries (${scenario}). Add a node.`,
    dashboard: 'cluster',
    test: {
      series: {
        [seriesOf('up', test.livekit('a:1'))]: '1x30',
        // Some signal connections of this node belong to rooms on other nodes.
        [seriesOf('livekit_participant_total', test.livekit('a:1'), {
          node_id: 'ND_1',
        })]: `${0.85 * participants}x5 ${1.3 * participants}x25`,
        [seriesOf('livekit_session_start_time_ms_count', test.livekit('a:1'), session)]:
          `${0.6 * participants}x5 ${participants}x25`,
        [seriesOf('livekit_session_duration_ms_count', test.livekit('a:1'), session)]:
          `${0.1 * participants}x30`,
      },
      silentAt: '9m',
      firesAt: '15m',
      fires: [
        {
          labels: test.ofNode('a:1'),
          description: `a:1 is at 90% of the ${carried} that a node carries (${scenario}). Add a node.`,
        },
      ],
    },
    ...(rooms !== undefined && {
      furtherTests: [
        {
          // Few participants in many rooms.
          series: {
            [seriesOf('up', test.livekit('a:1'))]: '1x30',
            [seriesOf('livekit_participant_total', test.livekit('a:1'), { node_id: 'ND_1' })]:
              '1x30',
            [seriesOf('livekit_room_total', test.livekit('a:1'), {
              node_id: 'ND_1',
            })]: `${0.7 * rooms}x5 ${0.9 * rooms}x25`,
          },
          silentAt: '9m',
          firesAt: '15m',
          fires: [
            {
              labels: test.ofNode('a:1'),
              description: `a:1 is at 90% of the ${carried} that a node carries (${scenario}). Add a node.`,
            },
          ],
        },
      ],
    }),
  };
};
