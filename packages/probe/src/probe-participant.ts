import { setTimeout as sleep } from 'node:timers/promises';
import { type Admission, NativeEngine } from '@livekit-swarm/engine';
import { makeToken } from '@livekit-swarm/livekit';
import { type EventLine, LEFT_WHILE_JOINING } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import { openPump } from '@livekit-swarm/webrtc';
import type { ProbeModule } from './module.ts';
import { identityOf, type Side, type SideObservation } from './observation.ts';
import type { RoomAccess } from './room/probe-room.ts';

const TOKEN_SECONDS = 120;
/**
 * Extra time for a join beyond the module's limit, ms. It distinguishes a slow join from a failed
 * one.
 */
const JOIN_GRACE_MS = 2_000;

/**
 * Open an engine for one probe, so that a failure affects no other probe. It has its own sockets:
 * traffic of a probe on loopback then takes the same route as that of other clients.
 * @param leftMs remaining time of the probe
 */
export const openEngine = (
  { limits, signalling }: ProbeModule,
  startedAtMs: number,
  leftMs: number,
  onEvent: (event: EventLine) => void,
): NativeEngine => {
  const joinTimeoutMs = Math.max(1, Math.min(limits.joinTimeMs + JOIN_GRACE_MS, leftMs));
  const options = { startedAtMs, joinTimeoutMs, signalling, threads: 1, joinAttempts: 1, onEvent };
  return new NativeEngine(options, (pump, told) => openPump({ ...pump, ownSockets: true }, told));
};

/** Note an event of a participant. */
export const note = (
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

export const planOf = (
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

/** Address and token with which a participant joins the room. */
export const admissionFor = (
  side: Side,
  room: string,
  { publish, data }: ProbeModule,
  { url, tokenEndpoint, apiKey, apiSecret }: RoomAccess,
): Admission => ({
  url,
  token: makeToken({
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
  }),
  ...(tokenEndpoint !== undefined && { endpoint: tokenEndpoint }),
});

/** Wait for `ms`, or until the signal is aborted. */
export const until = async (signal: AbortSignal, ms: number): Promise<void> => {
  await sleep(Math.max(0, ms), undefined, { signal }).catch(() => {});
};

/** Let a participant leave, and note its result. */
export const leaveWith = async (
  engine: NativeEngine,
  index: number,
  side: SideObservation,
): Promise<void> => {
  const { tracks, outcome, reason } = await engine.leave(index);
  side.tracks = tracks;
  if (outcome === 'join_failed' && reason !== null && reason !== LEFT_WHILE_JOINING)
    side.refusal ??= { reason, message: `did not join: ${reason}` };
};
