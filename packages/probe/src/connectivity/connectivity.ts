import { randomBytes } from 'node:crypto';
import {
  type AnnouncedPaths,
  deploymentAt,
  type Failure,
  isWithoutApi,
  type LoadGuard,
  makeToken,
  readAnnouncedPaths,
  roomServiceOf,
  validateAdmission,
} from '@livekit-swarm/livekit';
import { errorCodeOf, SwarmError } from '@livekit-swarm/settings';
import { evaluateProbe, type ProbeResult } from '../judgement/evaluate-probe.ts';
import { moduleOf } from '../module.ts';
import { SIDES } from '../observation.ts';
import {
  createProbeRoom,
  deleteProbeRoom,
  ROOM_PREFIX,
  type RoomAccess,
} from '../room/probe-room.ts';
import { createRoomCleaner, type RoomCleaner } from '../room/room-cleaner.ts';
import { runProbe } from '../run-probe.ts';
import { announcedFor } from './announced-for.ts';
import type { CheckedPath } from './checked-path.ts';
import { causeOfFailure, settingOf } from './path-hints.ts';

export interface ConnectivityRequest {
  access: RoomAccess;
  /** Permission to put load on the deployment, checked before the first request. */
  guard: LoadGuard;
  paths: readonly CheckedPath[];
  /**
   * Nodes to check, with the names that the user gave them; empty: the node that the deployment
   * chooses.
   */
  nodes: readonly { name: string; nodeId: string }[];
  /** Duration of the media on each path, ms. */
  durationMs: number;
  signal: AbortSignal;
  /**
   * Called with the number of rooms that are not deleted at the end; the server closes them once
   * they are empty.
   */
  onRoomsLeft(count: number): void;
  /** Called with the reason when the API cannot be used, so that joins create the rooms. */
  onWithoutApi?(reason: string): void;
  /** Called before each check. */
  onCheck(node: string | null, path: CheckedPath): void;
}

/** Result of checking one path to one node. */
export interface PathCheck {
  path: CheckedPath;
  /** Name of the node as given by the user; null: the deployment chose the node. */
  node: string | null;
  /** Node id as reported by the server; null if no participant joined. */
  nodeId: string | null;
  /** Result of the check. `not_offered`: the server announces nothing for the path. */
  outcome: 'works' | 'failed' | 'not_offered';
  /** Addresses and URLs that the server announces for the path. */
  announced: readonly string[];
  addressFamily: 4 | 6 | null;
  joinTimeMs: number | null;
  /** Time from the first packet to the TURN server until the server allocated an address, ms. */
  allocationTimeMs: number | null;
  /** Packet loss of the participants, 0 … 1; null unless packets passed in both directions. */
  packetLoss: { up: number; down: number } | null;
  /** Median one-way latency from one participant to the other through the node, ms. */
  latencyMs: number | null;
  /**
   * Latency in excess of the direct path to the same node, ms; null for the direct path, or if
   * either latency is unknown.
   */
  addedLatencyMs: number | null;
  /** Code of the failure; null if the check did not fail. */
  reason: string | null;
  message: string | null;
  /**
   * Setting that most likely fixes the failure, or makes the server offer the path; null if media
   * passed.
   */
  hint: string | null;
}

/**
 * Limit of a join, ms. It exceeds the time that a client waits for a TURN server, so that a failed
 * check names the TURN server and not a slow join.
 */
const JOIN_LIMIT_MS = 10_000;
/**
 * Time of a check in addition to its media, ms: making the room, joining, leaving, deleting the
 * room.
 */
const OVERHEAD_MS = 17_000;
const API_MS = 5_000;
const TOKEN_SECONDS = 60;

/**
 * Check one path after the other. Two participants join a room of their own, which is deleted
 * afterwards.
 * @throws SwarmError if signalling or the API cannot be used, so that no path can be checked
 */
export const checkConnectivity = async (request: ConnectivityRequest): Promise<PathCheck[]> => {
  request.guard.assertServer(request.access.url);
  // The cleaner retries for longer than these checks take; rooms that remain are reported below.
  const cleaner = createRoomCleaner({ onFailed: () => {} });
  const nodes = request.nodes.length === 0 ? [null] : request.nodes;
  const access = await usableAccess(request);
  const checks: PathCheck[] = [];
  try {
    for (const node of nodes) {
      const announced = await readAnnounced(access, node?.nodeId ?? null);
      for (const path of request.paths) {
        if (request.signal.aborted) return checks;
        request.onCheck(node?.name ?? null, path);
        checks.push(await checkPath({ ...request, access }, cleaner, path, node, announced));
      }
    }
  } finally {
    await cleaner.settle(API_MS);
    if (cleaner.left > 0) request.onRoomsLeft(cleaner.left);
  }
  return checks.map((check) => ({ ...check, addedLatencyMs: addedLatency(check, checks) }));
};

/**
 * Find out whether the checks can use the API. Without the API, the first participant creates the
 * room; only a chosen node requires it.
 */
const usableAccess = async ({
  access,
  nodes,
  onWithoutApi,
}: ConnectivityRequest): Promise<RoomAccess> => {
  if (access.withoutApi === true || nodes.length > 0) return access;
  try {
    await (await roomServiceOf(access, API_MS / 1_000)).listRooms([newRoom()]);
  } catch (error) {
    // For any other error, the join reports more details.
    if (!isWithoutApi(error)) return access;
    const { message, hint } = error.rejection;
    onWithoutApi?.(`${message}: rooms are made by their first participant; ${hint}`);
    return { ...access, withoutApi: true };
  }
  return access;
};

const addedLatency = (check: PathCheck, all: readonly PathCheck[]): number | null => {
  const direct = all.find(({ path, node }) => path === 'direct' && node === check.node);
  if (check.path === 'direct' || check.latencyMs === null || !direct || direct.latencyMs === null)
    return null;
  return check.latencyMs - direct.latencyMs;
};

const readAnnounced = async (
  access: RoomAccess,
  nodeId: string | null,
): Promise<AnnouncedPaths> => {
  const room = newRoom();
  const { apiKey, apiSecret, url } = access;
  const token = await makeToken({
    ...{ apiKey, apiSecret, room, identity: `${ROOM_PREFIX}paths` },
    publish: { audio: false, video: false, data: false },
    subscribe: true,
    ttlSeconds: TOKEN_SECONDS,
  });
  const { failure } = await createProbeRoom(access, room, nodeId, API_MS);
  // The rejection of a join has more details than the error of the API, so it is thrown first.
  const admission = await validateAdmission({ url, token, timeoutMs: API_MS });
  if (!admission.ok) throw errorOf(admission.rejection);
  if (failure !== null) throw errorOf(failure);
  try {
    const read = await readAnnouncedPaths(deploymentAt(url, 'v0'), token, API_MS);
    if ('reason' in read) throw errorOf(read);
    return read;
  } finally {
    await deleteProbeRoom(access, room, API_MS);
  }
};

const errorOf = ({ reason, message, hint }: Pick<Failure, 'reason' | 'message' | 'hint'>) => {
  const code = errorCodeOf(reason);
  return new SwarmError(code === 'internal' ? 'unreachable' : code, message, hint ?? null);
};

const newRoom = (): string => `${ROOM_PREFIX}${randomBytes(6).toString('hex')}`;

const checkPath = async (
  { access, durationMs, signal }: ConnectivityRequest,
  cleaner: RoomCleaner,
  path: CheckedPath,
  node: { name: string; nodeId: string } | null,
  announced: AnnouncedPaths,
): Promise<PathCheck> => {
  const offered = announcedFor(path, announced);
  const base: PathCheck = {
    path,
    node: node?.name ?? null,
    nodeId: announced.node === '' ? null : announced.node,
    outcome: 'not_offered',
    announced: offered,
    addressFamily: null,
    joinTimeMs: null,
    allocationTimeMs: null,
    packetLoss: null,
    latencyMs: null,
    addedLatencyMs: null,
    reason: null,
    message: null,
    hint: null,
  };
  if (offered.length === 0) return { ...base, hint: settingOf(path) };
  const { module } = moduleOf('audio_pair', {
    path,
    duration: durationMs,
    limits: { join: JOIN_LIMIT_MS },
  });
  const observation = await runProbe({
    module,
    access,
    room: newRoom(),
    nodeId: node?.nodeId ?? null,
    budgetMs: durationMs + OVERHEAD_MS,
    signal,
    cleaner,
  });
  return { ...base, ...figuresOf(path, evaluateProbe(observation)) };
};

const figuresOf = (path: CheckedPath, result: ProbeResult): Partial<PathCheck> => {
  const { sides } = result.observation;
  const joined = SIDES.map((side) => sides[side].phases?.joined ?? null);
  const allocated = SIDES.map((side) => sides[side].selectedPair?.allocationMs ?? null);
  const [audio] = result.media;
  const refusal = SIDES.map((side) => sides[side].refusal).find((one) => one !== null) ?? null;
  const [failure] = result.failures;
  const reason = result.success ? null : (refusal?.reason ?? failure?.reason ?? 'internal');
  return {
    outcome: result.success ? 'works' : 'failed',
    nodeId: sides.a.node,
    addressFamily: sides.a.addressFamily,
    joinTimeMs: joined.includes(null) ? null : Math.max(...joined.map(Number)),
    allocationTimeMs: allocated.includes(null) ? null : Math.max(...allocated.map(Number)),
    packetLoss:
      audio?.loss.up == null || audio.loss.down === null
        ? null
        : { up: audio.loss.up, down: audio.loss.down },
    latencyMs: audio?.latencyP50Ms ?? null,
    reason,
    message: failure?.message ?? null,
    hint: reason === null ? null : causeOfFailure(path, reason),
  };
};
