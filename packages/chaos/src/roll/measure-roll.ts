import type { DrillLine, RecordLine } from '@livekit-swarm/record';
import { createConnected } from '../measure/connected.ts';
import type { DrillResult } from '../measure/drill-result.ts';
import type { Recovery, SubscriptionRecovery } from '../measure/recovery.ts';
import { callLengths, forecastDrain, type PlanOfCalls } from './drain-forecast.ts';
import type { RollRequest } from './roll-request.ts';
import {
  type NodeChange,
  ROLL_RESULT_SCHEMA,
  type RollResult,
  type RoomChange,
} from './roll-result.ts';

type NodeChanged = Extract<DrillLine, { event: 'node_changed' }>;

interface Change extends NodeChange {
  id: string;
  nodeId: string | null;
  /** First step, ms after the start of the run. */
  beganAt: number;
}

/** Measures a roll from the lines of its record, in their order. */
interface RollFold {
  add(line: RecordLine): void;
  /**
   * @param plan plan of the load as its scenario describes it, without an end with the roll
   */
  result(request: RollRequest, drill: DrillResult, plan: PlanOfCalls): RollResult;
}

export const createRollFold = (): RollFold => {
  const changes: Change[] = [];
  const connected = createConnected();
  const mixed = createMixedTime();
  const joins = { attempted: 0, failed: 0 };
  let phase: NodeChange['phase'] = 'forward';
  let stoppedBy: RollResult['stoppedBy'] = null;
  let isDone = false;
  let began: number | null = null;

  const changeOf = (line: NodeChanged): Change => {
    const known = changes.findLast(
      (one) => one.id === line.id && one.component === line.component && one.phase === phase,
    );
    // A node that is ready and drained again is the spare node at the end.
    const isOver = known?.readyAt !== null && ENDS.has(line.step);
    if (known !== undefined && !isOver) return known;
    const created = {
      ...{ id: line.id, beganAt: line.at, component: line.component, phase },
      ...{ version: null, nodeId: null, pairsInterrupted: 0, longestInterruptionMs: 0 },
      ...{ drainingAt: null, cutAt: null, stoppedAt: null, readyAt: null },
      ...{ checkedAt: null, checkFailed: null },
      ...{ roomsBefore: 0, roomsCut: 0, participantsCut: 0, roomsAfter: 0 },
    };
    changes.push(created);
    return created;
  };

  const addStep = (line: NodeChanged): void => {
    const { step, at, rooms, version, nodeId, component } = line;
    began ??= at;
    const change = changeOf(line);
    switch (step) {
      case 'draining': {
        change.drainingAt ??= at;
        change.roomsBefore = rooms.length;
        const before = changes.findLast((one) => one !== change && one.component === component);
        if (before !== undefined) before.roomsAfter = rooms.length;
        break;
      }
      case 'cutting':
        change.cutAt = rooms.length === 0 ? change.cutAt : at;
        change.roomsCut = rooms.length;
        change.participantsCut = connected.in(rooms);
        break;
      case 'stopped':
        change.stoppedAt = at;
        mixed.stopped(component, phase, at);
        break;
      case 'starting':
        change.version = version;
        break;
      case 'ready':
        change.readyAt = at;
        change.nodeId = nodeId;
        if (phase === 'forward') mixed.changed(component, at);
        break;
      case 'checked':
        change.checkedAt = at;
        break;
      case 'check_failed':
        change.checkFailed = line.detail;
        break;
    }
  };

  return {
    add: (line) => {
      if (line.type === 'event') {
        connected.add(line);
        const isJoin = line.event === 'joined' || line.event === 'join_failed';
        if (began === null || !isJoin) return;
        joins.attempted += 1;
        if (line.event === 'join_failed') joins.failed += 1;
      } else if (line.type === 'drill' && line.event === 'node_changed') addStep(line);
      else if (line.type === 'drill' && line.event === 'roll_phase') {
        if (line.phase === 'done') isDone = true;
        else phase = line.phase;
        stoppedBy ??= line.reason;
      }
    },
    result: (request, drill, plan) => {
      const recovery = drill.repeats.at(-1)?.recovery;
      const nodesNow = new Map(recovery?.rooms.map(({ room, nodesAfter }) => [room, nodesAfter]));
      const present = new Map(
        [...Map.groupBy(changes, ({ component }) => component)].map(([component, all]) => [
          component,
          all.at(-1),
        ]),
      );
      for (const change of present.values()) {
        const { nodeId = null } = change ?? {};
        if (change === undefined || nodeId === null) continue;
        change.roomsAfter = [...nodesNow.values()].filter((nodes) => nodes.includes(nodeId)).length;
      }
      addInterruptions(changes, recovery?.subscriptions ?? []);
      return {
        schema: ROLL_RESULT_SCHEMA,
        request,
        outcome: outcomeOf(phase, isDone, changes.length > 0),
        stoppedBy: stoppedBy ?? abortOf(drill),
        nodes: changes.map(({ id: _, nodeId: __, beganAt: ___, ...change }) => change),
        mixedMs: mixed.result(drill.server?.nodes ?? present.size),
        rooms: recovery === undefined ? [] : roomsOf(recovery),
        joins,
        drain: forecastDrain(callLengths(plan), request.drainMs),
        backends: recovery === undefined ? null : backendsSince(recovery.backends, began),
        drill,
      };
    },
  };
};

/** Steps that end a node. */
const ENDS: ReadonlySet<NodeChanged['step']> = new Set(['draining', 'cutting', 'stopped']);

/** Time before the first step of a change within which the last packet may have arrived, ms. */
const BEFORE_MS = 500;

/** Counts each interruption at the last change that had begun. */
const addInterruptions = (
  changes: readonly Change[],
  subscriptions: readonly SubscriptionRecovery[],
): void => {
  const pairs = new Map<Change, Set<string>>();
  for (const subscription of subscriptions) {
    for (const { fromAt, toAt } of interruptionsOf(subscription)) {
      const change = changes.findLast(({ beganAt }) => beganAt <= fromAt + BEFORE_MS);
      if (change === undefined) continue;
      const interrupted = pairs.get(change) ?? new Set();
      pairs.set(change, interrupted.add(`${subscription.subscriber} ${subscription.publisher}`));
      change.pairsInterrupted = interrupted.size;
      const { longestInterruptionMs: longest } = change;
      change.longestInterruptionMs =
        toAt === null || longest === null ? null : Math.max(longest, toAt - fromAt);
    }
  }
};

const interruptionsOf = ({
  interruptions,
  lastPacketAt,
  firstPacketAt,
}: SubscriptionRecovery): NonNullable<SubscriptionRecovery['interruptions']> =>
  interruptions ?? (lastPacketAt === null ? [] : [{ fromAt: lastPacketAt, toAt: firstPacketAt }]);

/** @param hasBegun true when a node was drained: without the end of the roll, it went back */
const outcomeOf = (
  phase: NodeChange['phase'],
  isDone: boolean,
  hasBegun: boolean,
): RollResult['outcome'] => {
  if (phase === 'undo' || (hasBegun && !isDone)) return 'undone';
  if (!isDone) return 'not_rolled';
  return phase === 'rollback' ? 'rolled_back' : 'rolled';
};

/** Abort condition that was met; null: none. */
const abortOf = ({ repeats }: DrillResult): RollResult['stoppedBy'] => {
  for (const reason of repeats.at(-1)?.reasons ?? [])
    if (reason.code === 'load_interrupted' || reason.code === 'control_group_interrupted')
      return reason;
  return null;
};

/** Last state before this time, and every change after it; null: the load balancer was not observed. */
const backendsSince = (
  backends: Recovery['backends'],
  began: number | null,
): Recovery['backends'] | null => {
  if (backends.length === 0) return null;
  const from = began ?? 0;
  const before = backends.findLast(({ at }) => at < from);
  return [...(before === undefined ? [] : [before]), ...backends.filter(({ at }) => at >= from)];
};

/** Time in which some nodes, but not all, have the release. */
const createMixedTime = () => {
  const steps: { at: number; component: string; isNew: boolean }[] = [];
  const changed = new Set<string>();
  return {
    changed: (component: string, at: number): void => {
      changed.add(component);
      steps.push({ at, component, isNew: true });
    },
    stopped: (component: string, phase: NodeChange['phase'], at: number): void => {
      if (phase === 'forward' || !changed.has(component)) return;
      changed.delete(component);
      steps.push({ at, component, isNew: false });
    },
    result: (nodes: number): number => {
      const now = new Set<string>();
      let since: number | null = null;
      let total = 0;
      for (const { at, component, isNew } of steps) {
        if (isNew) now.add(component);
        else now.delete(component);
        const isMixed = now.size > 0 && now.size < nodes;
        if (since === null && isMixed) since = at;
        if (since === null || isMixed) continue;
        total += at - since;
        since = null;
      }
      return total;
    },
  };
};

const roomsOf = ({ rooms, participants, subscriptions }: Recovery): RoomChange[] => {
  const present = Map.groupBy(participants, ({ room }) => room);
  const media = Map.groupBy(subscriptions, ({ room }) => room);
  return rooms.map(({ room, nodesBefore, nodesAfter }) => {
    const members = present.get(room) ?? [];
    const pairs = [
      ...Map.groupBy(
        media.get(room) ?? [],
        ({ subscriber, publisher }) => `${subscriber} ${publisher}`,
      ).values(),
    ];
    const lengths = pairs.map(longestOf);
    return {
      room,
      participants: members.length,
      pairs: pairs.length,
      pairsInterrupted: lengths.filter((length) => length !== 0).length,
      pairsNotRecovered: lengths.filter((length) => length === null).length,
      longestInterruptionMs: lengths.includes(null)
        ? null
        : Math.max(0, ...lengths.map((length) => length ?? 0)),
      disconnected: members.filter(({ disconnected }) => disconnected).length,
      moved: nodesAfter.length > 0 && nodesBefore.join() !== nodesAfter.join(),
    };
  });
};

/** Longest interruption of the tracks of one pair, ms; null: one did not end. */
const longestOf = (tracks: readonly SubscriptionRecovery[]): number | null =>
  tracks.some(({ interruptionMs }) => interruptionMs === null)
    ? null
    : Math.max(0, ...tracks.map(({ interruptionMs }) => interruptionMs ?? 0));
