/**
 * Engine without a network, for behaviour that no real server can be made to show. The name of the
 * room selects it.
 */

import type { Engine, EngineOptions } from '@livekit-swarm/engine';
import {
  type EventLine,
  type EventName,
  emptyEngineHealth,
  emptySeries,
  type ParticipantLine,
  type SeriesSample,
} from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';

/**
 * Creates an engine whose behaviour depends on the name of the room. `crash…`: the worker dies a
 * second after the first join. `refuse…`: every join fails. `stay…`: leaving never ends. Others:
 * everything works.
 */
export const createEngine = (options: EngineOptions): Engine => {
  const present = new Map<
    number,
    { plan: ParticipantPlan; joinTimeMs: number | null; failed: boolean }
  >();
  const say = (plan: ParticipantPlan, event: EventName, more: Partial<EventLine> = {}): void => {
    const { identity, group, room, role } = plan;
    options.onEvent({
      type: 'event',
      at: Date.now() - options.startedAtMs,
      event,
      identity,
      group,
      room,
      role,
      ...more,
    });
  };
  return {
    name: 'fake',
    join: async (plan, _admission, scheduledAtMs) => {
      if (plan.room.startsWith('crash'))
        setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1_000);
      const failed = plan.room.startsWith('refuse');
      const joinTimeMs = failed ? null : Date.now() - options.startedAtMs - scheduledAtMs;
      present.set(plan.index, { plan, joinTimeMs, failed });
      if (joinTimeMs === null)
        say(plan, 'join_failed', { reason: 'server_full', message: 'no room at the inn' });
      else
        say(plan, 'joined', {
          phases: { started: 0, signal: joinTimeMs, ice: joinTimeMs, joined: joinTimeMs },
          node: 'ND_fake',
        });
    },
    leave: async (index) => {
      const stay = present.get(index);
      if (stay === undefined) throw new Error(`no participant with index ${index}`);
      const { plan, joinTimeMs, failed } = stay;
      if (plan.room.startsWith('stay')) await new Promise(() => {});
      present.delete(index);
      const { identity, group, room, role, joinAtMs, leaveAtMs, expectedTracks } = plan;
      return {
        type: 'participant',
        at: Date.now() - options.startedAtMs,
        shard: 0,
        identity,
        group,
        room,
        role,
        joinAtMs,
        leaveAtMs,
        outcome: failed ? 'join_failed' : 'left',
        reason: failed ? 'server_full' : null,
        joinTimeMs,
        resumes: 0,
        reconnects: 0,
        expectedTracks: expectedTracks,
        tracks: [],
      } satisfies ParticipantLine;
    },
    sample: () => ({
      connected: [...present.values()].filter(({ failed }) => !failed).length,
      series: [fiftyPackets()],
      generator: {
        ...emptyEngineHealth(),
        tickLatenessMs: 1,
        datagramsSent: 50,
        datagramsReceived: 50,
      },
    }),
    close: async () => {},
  };
};

const fiftyPackets = (): SeriesSample => ({
  ...emptySeries({
    direction: 'down',
    kind: 'audio',
    group: 'load',
    role: 'publisher',
    codec: 'opus',
  }),
  tracks: 1,
  packets: 50,
  bytes: 5_000,
  latency: { bins: [58, 50], zeros: 0 },
  jitter: { bins: [18, 1], zeros: 0 },
});
