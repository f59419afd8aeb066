import { setTimeout as sleep } from 'node:timers/promises';
import { type EngineOptions, NativeEngine } from '@livekit-swarm/engine';
import { makeToken, systemClock } from '@livekit-swarm/livekit';
import { type EventLine, LEFT_WHILE_JOINING } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import { openPump } from '@livekit-swarm/webrtc';
import { type ProbeModule, STATS_INTERVAL_MS } from './module.ts';
import {
  identityOf,
  type Observation,
  SIDES,
  type Side,
  type SideObservation,
} from './observation.ts';
import type { RoomAccess } from './room/probe-room.ts';

/**
 * Extra time for a join beyond the module's limit, ms. It distinguishes a slow join from a failed
 * one.
 */
const JOIN_GRACE_MS = 2_000;
/** Time after which each side must have been notified of the other, ms. */
const MEET_MS = STATS_INTERVAL_MS + 1_000;
const LOOK_EVERY_MS = 25;
const TOKEN_SECONDS = 120;

export interface ProbeCallRequest {
  module: ProbeModule;
  access: RoomAccess;
  /** Name of the room, which exists already. */
  room: string;
  /** Signal that is aborted when the result is no longer needed. */
  signal: AbortSignal;
}

/**
 * Run the probe in its room, from joining to leaving, and write the observations into
 * `observation`.
 * @param left returns the remaining time, ms
 * @throws Error for an error of this program, after both participants have left
 */
export const call = async (
  { module, access, room, signal }: ProbeCallRequest,
  observation: Observation,
  left: () => number,
): Promise<void> => {
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  const startedAtMs = systemClock.now();
  const joinTimeoutMs = Math.max(1, Math.min(module.limits.joinTimeMs + JOIN_GRACE_MS, left()));
  const engine = openEngine(
    { startedAtMs, joinTimeoutMs, signalling: module.signalling },
    (event) => {
      const side = SIDES.find((one) => identityOf(one) === event.identity);
      if (side === undefined) return;
      note(observation.sides[side], event);
      if (event.event === 'join_failed' || observation.sides[side].loss !== null) over.abort();
    },
  );
  const setOut = new Set<number>();
  try {
    const joining = Promise.all(
      SIDES.map(async (side, index) => {
        const { url, tokenEndpoint: endpoint } = access;
        const admission = {
          url,
          token: tokenFor(side, room, module, access),
          ...(endpoint !== undefined && { endpoint }),
        };
        if (ended.aborted) return;
        setOut.add(index);
        await engine.join(
          planOf(side, index, room, module),
          admission,
          systemClock.now() - startedAtMs,
        );
      }),
    );
    await Promise.race([joining, until(ended, left())]);
    // A join that fails after this moment belongs to a probe that has ended.
    joining.catch(() => {});
    const bothJoined = (): boolean =>
      SIDES.every((side) => observation.sides[side].phases !== null);
    const met = (): boolean =>
      SIDES.every((_side, index) => (engine.view(index)?.others.length ?? 0) > 0);
    if (bothJoined() && !ended.aborted) {
      const metAt = performance.now();
      await until(ended, Math.min(module.durationMs, left()));
      observation.measuredMs = performance.now() - metAt;
      await eventually(met, ended, Math.min(MEET_MS - observation.measuredMs, left()));
    }
    const complete =
      bothJoined() && met() && observation.measuredMs >= module.durationMs - LOOK_EVERY_MS;
    observation.outOfTime = !ended.aborted && !complete && left() <= LOOK_EVERY_MS;
    for (const index of setOut) {
      const side = SIDES[index];
      if (side !== undefined) observation.sides[side].others = engine.view(index)?.others ?? [];
    }
  } finally {
    await Promise.all(
      [...setOut].map(async (index) => {
        const side = SIDES[index];
        const line = await engine.leave(index);
        if (side === undefined) return;
        observation.sides[side].tracks = line.tracks;
        if (
          line.outcome === 'join_failed' &&
          line.reason !== null &&
          line.reason !== LEFT_WHILE_JOINING
        ) {
          observation.sides[side].refusal ??= {
            reason: line.reason,
            message: `did not join: ${line.reason}`,
          };
        }
      }),
    );
    await engine.close();
  }
};

/**
 * Open an engine for one probe, so that a failure affects no other probe. It has its own sockets:
 * traffic of a probe on loopback then takes the same route as that of other clients.
 */
const openEngine = (
  options: Pick<EngineOptions, 'startedAtMs' | 'joinTimeoutMs' | 'signalling'>,
  onEvent: (event: EventLine) => void,
): NativeEngine =>
  new NativeEngine({ ...options, threads: 1, joinAttempts: 1, onEvent }, (pump, told) =>
    openPump({ ...pump, ownSockets: true }, told),
  );

const note = (
  side: SideObservation,
  { event, phases, node, selectedPair, addressFamily, durationMs, reason, message }: EventLine,
): void => {
  const failure = { reason: reason ?? 'unknown', message: message ?? reason ?? 'no reason given' };
  switch (event) {
    case 'joined':
      side.phases = phases ?? null;
      side.node = node ?? null;
      side.addressFamily = addressFamily ?? null;
      side.selectedPair = selectedPair ?? null;
      break;
    case 'first_media':
      side.firstMediaMs = durationMs ?? null;
      break;
    case 'join_failed':
      side.refusal = failure;
      break;
    case 'signal_lost':
    case 'disconnected':
      side.loss ??= failure;
      break;
    default:
  }
};

const planOf = (
  side: Side,
  index: number,
  room: string,
  { publish, data, path }: ProbeModule,
): ParticipantPlan => ({
  index,
  identity: identityOf(side),
  group: 'probe',
  room,
  role: side,
  joinAtMs: 0,
  leaveAtMs: Number.POSITIVE_INFINITY,
  publish: [...publish],
  subscribe: true,
  layout: { type: 'all' },
  data: data === null ? [] : [data],
  grants: {},
  network: null,
  path,
  e2ee: null,
  expectedTracks: {
    audio: publish.filter(({ kind }) => kind === 'audio').length,
    video: publish.filter(({ kind }) => kind === 'video').length,
  },
});

const tokenFor = (
  side: Side,
  room: string,
  { publish, data }: ProbeModule,
  { apiKey, apiSecret }: RoomAccess,
): string =>
  makeToken({
    apiKey,
    apiSecret,
    room,
    identity: identityOf(side),
    publish: {
      audio: publish.some(({ kind }) => kind === 'audio'),
      video: publish.some(({ kind }) => kind === 'video'),
      data: data !== null,
    },
    subscribe: true,
    ttlSeconds: TOKEN_SECONDS,
  });

/** Wait for `ms`, or until the signal is aborted. */
const until = async (signal: AbortSignal, ms: number): Promise<void> => {
  await sleep(Math.max(0, ms), undefined, { signal }).catch(() => {});
};

/** Wait until the condition holds, for at most `ms`, or until the signal is aborted. */
const eventually = async (isSo: () => boolean, signal: AbortSignal, ms: number): Promise<void> => {
  const end = performance.now() + ms;
  while (!isSo() && !signal.aborted && performance.now() < end) await until(signal, LOOK_EVERY_MS);
};
