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
  /** The permission to probe the deployment. */
  guard: LoadGuard;
  paths: readonly CheckedPath[];
  /** Nodes by the names of the user, with their ids; empty: the one that the deployment chooses. */
  nodes: readonly { name: string; nodeId: string }[];
  /** Of the media on each path, ms. */
  durationMs: number;
  signal: AbortSignal;
  /** Called when rooms are not deleted at the end; the server closes them once they are empty. */
  onRoomsLeft(count: number): void;
  /** Called with the reason, when the checks are made without the API. */
  onWithoutApi?(reason: string): void;
  /** Called before each check. */
  onCheck(node: string | null, path: CheckedPath): void;
}

/** Whether media passes on one path to one node. */
export interface PathCheck {
  path: CheckedPath;
  /** Name given by the user; null: the node that the deployment chose. */
  node: string | null;
  /** As the server calls itself; null where nothing joined. */
  nodeId: string | null;
  /** `not_offered`: the server announces nothing for it. */
  outcome: 'works' | 'failed' | 'not_offered';
  /** Addresses and URLs that the server announces for it. */
  announced: readonly string[];
  addressFamily: 4 | 6 | null;
  joinTimeMs: number | null;
  /** From the first packet to the TURN server until it allocated an address. */
  allocationTimeMs: number | null;
  /** 0 … 1 */
  packetLoss: { up: number; down: number } | null;
  /** One way, median, through the node to the other participant. */
  latencyMs: number | null;
  /** Beyond that of the direct path to the same node. */
  addedLatencyMs: number | null;
  /** Code; null unless it failed. */
  reason: string | null;
  message: string | null;
  /** Setting that helps. */
  hint: string | null;
}

/** Longer than a TURN server that does not answer is waited for: then the code shows that it was this. */
const JOIN_LIMIT_MS = 10_000;
/** Of a whole check, besides its media: room, join, leaving, deletion. */
const OVERHEAD_MS = 17_000;
const API_MS = 5_000;
const TOKEN_SECONDS = 60;

/**
 * Checks one path after the other with two participants in a room of its own, which is deleted afterwards.
 * @throws SwarmError where signalling or the API cannot be used: then no path can be checked
 */
export const checkConnectivity = async (request: ConnectivityRequest): Promise<PathCheck[]> => {
  request.guard.assertServer(request.access.url);
  // It tries for longer than this takes: what is left then is reported below.
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

/** Finds out whether the checks can use the API. Without it, the first participant creates a room; only a chosen node needs the API. */
const usableAccess = async ({
  access,
  nodes,
  onWithoutApi,
}: ConnectivityRequest): Promise<RoomAccess> => {
  if (access.withoutApi === true || nodes.length > 0) return access;
  try {
    await (await roomServiceOf(access, API_MS / 1_000)).listRooms([newRoom()]);
  } catch (error) {
    // The join shows more about any other error.
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
  const { trouble } = await createProbeRoom(access, room, nodeId, API_MS);
  // The answer to a join has more details than that of the API.
  const admission = await validateAdmission({ url, token, timeoutMs: API_MS });
  if (!admission.ok) throw errorOf(admission.rejection);
  if (trouble !== null) throw errorOf(trouble);
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
