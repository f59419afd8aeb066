import type { Window } from '@livekit-swarm/metrics';
import type { DrillLine, ParticipantLine, RecordLine } from '@livekit-swarm/record';
import { CROWD_ROLE, NEWCOMER_ROLE } from '../drill/roles.ts';
import { createConnections } from './connections.ts';
import { createSilences } from './interruptions.ts';
import { newcomerResults } from './join-probes.ts';
import { recoveryOfParticipant } from './participant-recovery.ts';
import type { Recovery } from './recovery.ts';
import { recoveryOfRoom } from './rooms.ts';
import { type PairFacts, pairsOf } from './subscriptions.ts';

type Injected = Recovery['faults'][number];
type Registry = Extract<DrillLine, { what: 'registry' }>;

/** Reads what a drill's record says about who lost whom, and who came back when; line by line, in the record's order. */
export interface RecoveryFold {
  add(line: RecordLine): void;
  result(): Recovery;
}

export const createRecoveryFold = (): RecoveryFold => {
  const silences = createSilences();
  const connections = createConnections();
  const faults: (Injected & { rooms: string[] })[] = [];
  const skipped: Recovery['skipped'] = [];
  const backends: Recovery['backends'] = [];
  const comebacks: Recovery['comebacks'] = [];
  const alerts: Recovery['alerts'] = [];
  const results = new Map<string, ParticipantLine>();
  const kinds = new Set<'audio' | 'video'>();
  let windows: readonly Window[] = [];
  let registry: Registry | null = null;
  let endAt = 0;

  const addDrill = (line: DrillLine): void => {
    switch (line.what) {
      case 'fault':
        faults.push({ ...line, healedAt: null });
        break;
      case 'heal': {
        const fault = faults.find(({ id }) => id === line.id);
        if (fault !== undefined) fault.healedAt = line.completedAt;
        break;
      }
      case 'skipped':
        skipped.push({ fault: line.fault, message: line.message });
        break;
      case 'backends':
        backends.push({ at: line.at, healthy: line.healthy, total: line.total });
        break;
      case 'comeback': {
        const { type: _, what: __, ...comeback } = line;
        comebacks.push(comeback);
        break;
      }
      case 'alert':
        alerts.push({ at: line.at, name: line.name, state: line.state });
        break;
      case 'registry':
        registry = line;
        break;
      default:
    }
  };

  return {
    add: (line) => {
      if ('at' in line) endAt = Math.max(endAt, line.at);
      switch (line.type) {
        case 'header':
          windows = line.plan.windows;
          for (const { roles } of line.scenario.groups)
            for (const { publish } of roles) for (const { kind } of publish) kinds.add(kind);
          break;
        case 'event':
          silences.add(line);
          connections.add(line);
          break;
        case 'participant':
          results.set(line.identity, line);
          break;
        case 'drill':
          addDrill(line);
          break;
        default:
      }
    },
    result: () => {
      const people = connections.all();
      const crowd = people.filter(({ role }) => role === CROWD_ROLE);
      const hit = new Set(faults.flatMap(({ rooms }) => rooms));
      const rooms = [...Map.groupBy(crowd, ({ room }) => room)].sort(([a], [b]) =>
        a.localeCompare(b),
      );
      const pairs = rooms.flatMap(([, members]) => pairsOf(members, [...kinds], silences, faults));
      const byListener = Map.groupBy(pairs, ({ listener }) => listener);
      const participants = crowd.map((person) =>
        recoveryOfParticipant(
          person,
          byListener.get(person.identity) ?? [],
          !hit.has(person.room),
          faults,
          endAt,
        ),
      );
      const ofRooms = rooms.map(([room, members]) =>
        recoveryOfRoom(
          room,
          members,
          byListener,
          !hit.has(room),
          faults[0]?.at ?? null,
          registry?.rooms ?? null,
        ),
      );
      const silent = pairs.filter(({ recoveredAfterMs }) => recoveredAfterMs !== 0);
      const inControl = pairs.filter(({ room }) => !hit.has(room));
      return {
        faults: faults.map(({ id, fault, target, members, at, healedAt }) => ({
          id,
          fault,
          target,
          members,
          at,
          healedAt,
        })),
        skipped,
        pairs: pairs.map(withoutSilences),
        participants,
        rooms: ofRooms,
        newcomers: newcomerResults(
          people.filter(({ role }) => role === NEWCOMER_ROLE),
          crowd,
          results,
          windows,
        ),
        rto: quantiles(silent.flatMap(({ recoveredAfterMs }) => recoveredAfterMs ?? [])),
        pairsHit: silent.length,
        neverRecovered: silent.filter(({ recoveredAfterMs }) => recoveredAfterMs === null).length,
        roomsLost: ofRooms.filter(({ lost }) => lost).length,
        roomsSplit: ofRooms.filter(({ splitBrain }) => splitBrain).length,
        controlGapMs: inControl.some(({ interruptionMs }) => interruptionMs === null)
          ? null
          : Math.max(0, ...inControl.map(({ interruptionMs }) => interruptionMs ?? 0)),
        ghosts: ghostsOf(registry),
        backends,
        comebacks,
        alerts,
      };
    },
  };
};

const ghostsOf = (registry: Registry | null): Recovery['ghosts'] =>
  registry === null || registry.rooms === null ? null : registry.ghosts;

const withoutSilences = ({ silences: _, ...pair }: PairFacts): Recovery['pairs'][number] => pair;

/** By the nearest rank: with few values every figure is one that was measured. */
const quantiles = (values: number[]): Recovery['rto'] => {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (q: number): number => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
  return sorted.length === 0 ? null : { p50: rank(0.5), p95: rank(0.95), max: rank(1) };
};
