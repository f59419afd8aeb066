import type { Window } from '@livekit-swarm/metrics';
import type { DrillLine, EventLine, ParticipantLine, RecordLine } from '@livekit-swarm/record';
import { actionSourceOf } from '@livekit-swarm/scenario';
import { sourceOfEvent } from '../drill/expected-media.ts';
import { isLoad, JOIN_PROBE_ROLE } from '../drill/scenario-of-drill.ts';
import type { DuplicateFact } from '../invariants/call-facts.ts';
import { checkInvariants } from '../invariants/check-invariants.ts';
import { createConnections } from './connections.ts';
import { createContinuityFold } from './continuity.ts';
import { createConversationsFold } from './conversations.ts';
import { joinProbeResults } from './join-probes.ts';
import { createKeyRotationFold } from './key-rotation.ts';
import { createNameMovesFold } from './name-moves.ts';
import { recoveryOfParticipant } from './participant-recovery.ts';
import { quantiles } from './quantiles.ts';
import type { Recovery } from './recovery.ts';
import { recoveryOfRoles } from './role-recovery.ts';
import { type RoleOf, rolesOfScenario } from './roles.ts';
import { recoveryOfRoom } from './rooms.ts';
import { createInterruptions, sinceFirstFault, subscriptionsOf } from './subscriptions.ts';

type InjectedFault = Recovery['faults'][number];
type Registry = Extract<DrillLine, { event: 'registry_observed' }>;

/** Measures interruptions and recovery from the lines of a drill's record, in their order. */
export interface RecoveryFold {
  add(line: RecordLine): void;
  result(): Recovery;
}

export const createRecoveryFold = (): RecoveryFold => {
  const interruptions = createInterruptions();
  const connections = createConnections();
  const faults: (InjectedFault & { rooms: string[] })[] = [];
  const changes: { injectedAt: number }[] = [];
  const skipped: Recovery['skipped'] = [];
  const backends: Recovery['backends'] = [];
  const replacements: Recovery['replacements'] = [];
  const alerts: Recovery['alerts'] = [];
  const continuity = createContinuityFold();
  const keyRotation = createKeyRotationFold();
  const nameMoves = createNameMovesFold();
  const conversations = createConversationsFold();
  const results = new Map<string, ParticipantLine>();
  let roleOf: RoleOf = () => null;
  let windows: readonly Window[] = [];
  let registry: Registry | null = null;
  let endAt = 0;
  let rejoins = false;
  /** Events of publications that were received twice, with their subscribers' groups and roles. */
  const duplicates: EventLine[] = [];

  /**
   * Publications that were received twice. A role that publishes several tracks of one source is
   * meant to be.
   */
  const duplicateFacts = (publishers: ReturnType<typeof connections.all>): DuplicateFact[] =>
    duplicates.map((line) => {
      const { at, identity = '', publisher = '' } = line;
      const found = publishers.find((one) => one.identity === publisher);
      const role = found === undefined ? null : roleOf(found);
      const source = sourceOfEvent(line);
      const tracks = role?.publish.filter((track) => actionSourceOf(track) === source) ?? [];
      return { at, subscriber: identity, publisher, isPlanned: tracks.length > 1 };
    });

  /** Time since which no fault was active, ms; null: one was not rolled back. */
  const quietFrom = (): number | null =>
    faults.reduce<number | null>(
      (latest, { rolledBackAt }) =>
        latest === null || rolledBackAt === null ? null : Math.max(latest, rolledBackAt),
      0,
    );

  const addDrill = (line: DrillLine): void => {
    switch (line.event) {
      case 'fault_injected': {
        const { id, fault, target, params, components, rooms, at } = line;
        faults.push({
          id,
          fault,
          target,
          params,
          components,
          rooms,
          injectedAt: at,
          rolledBackAt: null,
        });
        break;
      }
      case 'fault_rolled_back': {
        const fault = faults.find(({ id }) => id === line.id);
        if (fault !== undefined) fault.rolledBackAt = line.completedAt;
        break;
      }
      case 'node_changed':
        // A rollout begins long before the drain of its last node, and calls that are left on a
        // node lose it long after its drain began.
        if (line.step === 'draining' || line.step === 'cutting')
          changes.push({ injectedAt: line.at });
        break;
      case 'fault_skipped':
        skipped.push({ fault: line.fault, detail: line.detail });
        break;
      case 'backends_observed':
        backends.push({
          at: line.at,
          healthy: line.healthy,
          total: line.total,
          ...(line.unhealthy !== undefined && { unhealthy: line.unhealthy }),
        });
        break;
      case 'component_replaced': {
        const { type: _, event: __, ...replacement } = line;
        replacements.push(replacement);
        break;
      }
      case 'alert_changed':
        alerts.push({ at: line.at, name: line.name, state: line.state });
        break;
      case 'registry_observed':
        registry = line;
        break;
      case 'continuity_probed':
      case 'state_written':
      case 'state_read':
        continuity.add(line);
        break;
      case 'name_moved':
      case 'arrivals_observed':
        nameMoves.add(line);
        break;
      case 'keys_observed':
      case 'webhooks_observed':
        keyRotation.add(line);
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
          rejoins = line.reconnectPolicy === 'app';
          roleOf = rolesOfScenario(line.scenario);
          break;
        case 'event':
          interruptions.add(line);
          connections.add(line);
          keyRotation.addEvent(line);
          conversations.add(line);
          if (line.event === 'media_duplicated') duplicates.push(line);
          break;
        case 'participant':
          results.set(line.identity, line);
          if (isLoad(line)) connections.addPlan(line);
          break;
        case 'drill':
          addDrill(line);
          break;
        default:
      }
    },
    result: () => {
      const all = connections.all();
      const load = all.filter(isLoad);
      const byRoom = [...Map.groupBy(load, ({ room }) => room)].sort(([a], [b]) =>
        a.localeCompare(b),
      );
      // A room that opens during a fault may be on the target: it is in no control group.
      // Lines are in the order of their ends: a drain that began first may end last.
      const firstFaultAt =
        faults.map(({ injectedAt }) => injectedAt).sort((a, b) => a - b)[0] ?? null;
      const openedLater = byRoom.flatMap(([room, members]) =>
        members.some(
          ({ joinedAt }) => joinedAt !== null && (firstFaultAt === null || joinedAt < firstFaultAt),
        )
          ? []
          : [room],
      );
      const affectedRooms = new Set([...faults.flatMap(({ rooms }) => rooms), ...openedLater]);
      const recoveryFromMs = windows.find(({ name }) => name === 'recovery')?.fromMs ?? 0;
      const causes = [...faults, ...changes].sort((a, b) => a.injectedAt - b.injectedAt);
      const times = { faults: causes, recoveryFromMs, endAt };
      const subscriptions = byRoom.flatMap(([, members]) =>
        subscriptionsOf(members, roleOf, interruptions, times),
      );
      const bySubscriber = Map.groupBy(subscriptions, ({ subscriber }) => subscriber);
      const rooms = byRoom.map(([room, members]) =>
        recoveryOfRoom(
          room,
          members,
          bySubscriber,
          !affectedRooms.has(room),
          firstFaultAt,
          registry?.rooms ?? null,
        ),
      );
      const interrupted = subscriptions.filter(({ timeToRecoverMs }) => timeToRecoverMs !== 0);
      const controlGroup = subscriptions.filter(({ room }) => !affectedRooms.has(room));
      const joinProbes = joinProbeResults(
        all.filter(({ role }) => role === JOIN_PROBE_ROLE),
        load,
        results,
        windows,
        firstFaultAt,
        roleOf,
      );
      return {
        faults: faults.map(({ rooms: _, ...fault }) => fault),
        skipped,
        subscriptions: subscriptions.map(({ interruptions, span: _, ...subscription }) => {
          const several = sinceFirstFault(interruptions, causes);
          return several.length < 2 ? subscription : { ...subscription, interruptions: several };
        }),
        participants: load.map((participant) =>
          recoveryOfParticipant(
            participant,
            bySubscriber.get(participant.identity) ?? [],
            !affectedRooms.has(participant.room),
            causes,
            endAt,
          ),
        ),
        rooms,
        joinProbes,
        continuity: continuity.result(faults.map(({ injectedAt }) => injectedAt)),
        nameMoves: nameMoves.result(),
        keyRotation: keyRotation.result(joinProbes),
        conversations: conversations.result({
          histories: interruptions,
          firstFaultAt,
          endAt,
          isAffected: (room) => affectedRooms.has(room),
        }),
        timeToRecover: quantiles(interrupted.map(({ timeToRecoverMs }) => timeToRecoverMs)),
        roles: recoveryOfRoles(load, subscriptions, causes),
        subscriptionsInterrupted: interrupted.length,
        subscriptionsNotRecovered: interrupted.filter(
          ({ timeToRecoverMs }) => timeToRecoverMs === null,
        ).length,
        roomsWithoutMedia: rooms.filter(({ withoutMedia }) => withoutMedia).length,
        roomsSplit: rooms.filter(({ splitBrain }) => splitBrain).length,
        controlGroupInterruptionMs: controlGroup.some(
          ({ interruptionMs }) => interruptionMs === null,
        )
          ? null
          : Math.max(0, ...controlGroup.map(({ interruptionMs }) => interruptionMs ?? 0)),
        ghostRooms: ghostRoomsOf(registry),
        backends,
        replacements,
        alerts,
        violations: checkInvariants({
          participants: all,
          subscriptions,
          receivedFrom: interruptions.receivedFrom(),
          duplicates: duplicateFacts(all),
          faultTimes: faults.flatMap(({ injectedAt, rolledBackAt }) => [
            injectedAt,
            ...(rolledBackAt === null ? [] : [rolledBackAt]),
          ]),
          quietFrom: quietFrom(),
          rejoins,
          endAt,
        }),
      };
    },
  };
};

const ghostRoomsOf = (registry: Registry | null): Recovery['ghostRooms'] =>
  registry === null || registry.rooms === null ? null : registry.ghostRooms;
