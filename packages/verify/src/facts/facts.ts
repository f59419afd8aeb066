import { randomBytes } from 'node:crypto';
import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import {
  type AnnouncedPaths,
  ApiRejection,
  askTokenEndpoint,
  connectRegistry,
  deploymentAt,
  type Failure,
  isWithoutApi,
  makeToken,
  parseServerUrl,
  type ReportedNode,
  readAnnouncedPaths,
  roomServiceOf,
  type ServerUrl,
  type Ticket,
  type Validation,
  validateAdmission,
} from '@livekit-swarm/livekit';
import {
  CHECKED_PATHS,
  checkConnectivity,
  createProbeRoom,
  createRoomCleaner,
  type PathCheck,
  type RoomAccess,
} from '@livekit-swarm/probe';
import { messageOf } from '@livekit-swarm/settings/errors';
import { readRouting, type SipRouting } from '@livekit-swarm/sip';
import type { Room } from 'livekit-server-sdk';
import type { VerifyRequest } from '../request.ts';
import { findServices, type LookedAt, type OpenService } from './open-services.ts';
import { servingNodes } from './registered-nodes.ts';

/** Facts that one node announces to a participant that joins there. */
export interface NodeFacts {
  /** Name of the node by the user or the registry; null: the deployment chose the node. */
  name: string | null;
  joined: AnnouncedPaths | Failure;
}

/** Facts that several checks use. Each is read once, when it is first needed. */
export interface Facts {
  readonly url: ServerUrl;
  readonly port: number;
  /**
   * Addresses of the host in the URL.
   * @throws the error of the lookup
   */
  addresses(): Promise<readonly LookupAddress[]>;
  admission(): Promise<Validation>;
  /**
   * Value of `room.auto_create`: true if the server creates a room at a join. Null: it rejected the
   * join for another reason.
   */
  createsRooms(): Promise<boolean | null>;
  /**
   * Nodes in the registry; null without --redis.
   * @throws Error if Redis cannot be reached
   */
  registered(): Promise<readonly ReportedNode[] | null>;
  /** Facts of every known node, or of the one that the deployment chooses. */
  nodes(): Promise<readonly NodeFacts[]>;
  /** Results of media on each path. */
  paths(): Promise<readonly PathCheck[]>;
  /**
   * Answer of the token endpoint for one participant, and its duration, ms; null without an
   * endpoint.
   */
  ticket(): Promise<{ answer: Ticket | Failure; tookMs: number } | null>;
  /**
   * Addresses on which open ports are searched: those of the URL, and those of other hosts.
   * @throws the error of a lookup
   */
  lookedAt(): Promise<readonly LookedAt[]>;
  /** Programs that answer on ports that users should not reach; null: not searched. */
  openServices(): Promise<readonly OpenService[] | null>;
  /**
   * Reason why the API cannot be used: another program answers at its address. Null: the API is
   * offered.
   */
  api(): Promise<string | null>;
  /**
   * SIP trunks and dispatch rules; null: the deployment has no SIP.
   * @throws ApiRejection
   */
  sipRouting(): Promise<SipRouting | null>;
  /**
   * Makes a room, which is deleted at the end; without a node, on one that takes rooms.
   * @throws Error if the API fails
   */
  makeRoom(nodeId?: string): Promise<string>;
  /**
   * Makes a room with the limits that the deployment gives to rooms without their own.
   * @throws Error if the API fails
   */
  makePlainRoom(): Promise<Pick<Room, 'name' | 'maxParticipants' | 'enabledCodecs'>>;
  tokenFor(room: string, identity: string): string;
  /**
   * Deletes all rooms.
   * @returns the number that could not be deleted in time
   */
  close(): Promise<number>;
}

const API_MS = 5_000;
const TOKEN_SECONDS = 120;
/** Time after which the server closes an empty room if its deletion fails, s. */
const EMPTY_SECONDS = 10;
/**
 * Number of names that are tried for one room. The deployment chooses its node at random, and the
 * API answers with an error if that node hangs: the check `nodes` finds it.
 */
const ROOM_ATTEMPTS = 6;
/** Checks that are skipped without the API. */
const NEEDS_API = 'limits, agents and SIP';
/**
 * Largest number of nodes that are checked: more would take minutes. The evidence states the total.
 */
const MAX_NODES = 20;

export const openFacts = (request: VerifyRequest): Facts => {
  const { access } = request;
  const url = parseServerUrl(access.url);
  const port = Number(new URL(url.http).port) || (url.secure ? 443 : 80);
  const deployment = deploymentAt(access.url, 'v0');
  const cleaner = createRoomCleaner({ onFailed: () => {} });
  const rooms: string[] = [];

  const api = once(async (): Promise<string | null> => {
    try {
      await (await roomServiceOf(request.access, API_MS / 1_000)).listRooms([newName()]);
      return null;
    } catch (error) {
      // A check that calls the API reports an API that is offered and fails.
      if (!isWithoutApi(error)) return null;
      const { message, hint } = error.rejection;
      return `${message}: ${NEEDS_API} need the API; ${hint}`;
    }
  });
  /** Access to rooms: without the API, the first participant creates the room. */
  const usable = async (): Promise<RoomAccess> => ({
    ...request.access,
    withoutApi: (await api()) !== null,
  });
  const newName = (): string => `swarm-verify-${randomBytes(6).toString('hex')}`;
  const makeRoom = async (nodeId?: string): Promise<string> => {
    // With a node, the question is whether that node creates a room.
    const attempts = nodeId === undefined ? ROOM_ATTEMPTS : 1;
    for (let attempt = 1; ; attempt++) {
      const room = newName();
      const made = await createProbeRoom(await usable(), room, nodeId ?? null, API_MS);
      if (made.exists !== 'no') rooms.push(room);
      if (made.failure === null) return room;
      if (made.failure.reason !== 'server_error' || attempt >= attempts)
        throw new Error(made.failure.message);
    }
  };
  const makePlainRoom = async (): Promise<Room> => {
    const client = await roomServiceOf(access, API_MS / 1_000);
    for (let attempt = 1; ; attempt++) {
      const name = newName();
      rooms.push(name);
      try {
        return await client.createRoom({ name, emptyTimeout: EMPTY_SECONDS });
      } catch (error) {
        if (!isServerError(error) || attempt >= ROOM_ATTEMPTS) throw error;
      }
    }
  };
  const tokenFor = (room: string, identity: string): string =>
    makeToken({
      ...{ apiKey: access.apiKey, apiSecret: access.apiSecret, room, identity },
      publish: { audio: false, video: false, data: false },
      subscribe: true,
      ttlSeconds: TOKEN_SECONDS,
    });
  const registered = once(async () => {
    if (request.redisUrl === null) return null;
    const registry = connectRegistry(request.redisUrl);
    try {
      return await registry.nodes();
    } finally {
      registry.close();
    }
  });
  const known = once(async (): Promise<{ name: string; nodeId: string }[]> => {
    // Only the API can place a room on a chosen node.
    if ((await api()) !== null) return [];
    const inRedis = (await registered().catch(() => null)) ?? [];
    const byName = request.nodes.map(({ nodeId }) => nodeId);
    const others = servingNodes(inRedis, Date.now()).filter(({ id }) => !byName.includes(id));
    return [...request.nodes, ...others.map(({ id }) => ({ name: id, nodeId: id }))].slice(
      0,
      MAX_NODES,
    );
  });
  const readNode = async (name: string | null, nodeId?: string): Promise<NodeFacts> => {
    try {
      const room = await makeRoom(nodeId);
      const token = tokenFor(room, 'swarm-verify-paths');
      return { name, joined: await readAnnouncedPaths(deployment, token, API_MS) };
    } catch (error) {
      const message = messageOf(error);
      return { name, joined: { reason: 'internal', message, retryable: false } };
    }
  };
  const admission = once(async () => {
    const token = tokenFor('swarm-verify-admission', 'swarm-verify');
    return await validateAdmission({ url: access.url, token, timeoutMs: API_MS });
  });

  const addresses = once(() => deployment.resolver.addresses());
  const lookedAt = once(async (): Promise<LookedAt[]> => {
    const own = (await addresses()).map(({ address }) => ({ address, isNamed: false }));
    const others = await Promise.all(request.otherHosts.map((host) => lookup(host, { all: true })));
    return [...own, ...others.flat().map(({ address }) => ({ address, isNamed: true }))];
  });

  return {
    url,
    port,
    addresses,
    admission,
    createsRooms: async () => {
      const asked = await admission();
      if (asked.ok) return true;
      return asked.rejection.reason === 'room_not_found' ? false : null;
    },
    registered,
    nodes: once(async () => {
      const nodes = await known();
      if (nodes.length === 0) return [await readNode(null)];
      const read: NodeFacts[] = [];
      for (const { name, nodeId } of nodes) read.push(await readNode(name, nodeId));
      return read;
    }),
    paths: once(async () => {
      const nodes = await known();
      const common = {
        ...{ access: await usable(), guard: request.guard },
        ...{ durationMs: request.mediaMs, signal: request.signal },
        onRoomsLeft: request.onRoomsLeft,
        onCheck: () => {},
      };
      const [first, ...others] = nodes;
      // TURN servers are the same for all nodes, or differ only by their address: those of the
      // first node are checked.
      const checks = await checkConnectivity({
        ...common,
        paths: CHECKED_PATHS,
        nodes: first === undefined ? [] : [first],
      });
      if (others.length > 0)
        checks.push(
          ...(await checkConnectivity({ ...common, paths: ['direct', 'ice-tcp'], nodes: others })),
        );
      return checks;
    }),
    ticket: once(async () => {
      const { tokenEndpoint } = request;
      if (tokenEndpoint === null) return null;
      const began = performance.now();
      const who = { room: newName(), identity: 'swarm-verify-token' };
      // Checking a token may create its room.
      rooms.push(who.room);
      const answer = await askTokenEndpoint(tokenEndpoint, who, API_MS);
      return { answer, tookMs: performance.now() - began };
    }),
    openServices: once(async () => findServices(await lookedAt(), request.adminPorts)),
    lookedAt,
    api,
    sipRouting: once(() => readRouting(access, API_MS / 1_000)),
    makeRoom,
    makePlainRoom,
    tokenFor,
    close: async () => {
      await Promise.all(rooms.map((room) => cleaner.clean(access, room, API_MS)));
      return cleaner.left;
    },
  };
};

const isServerError = (error: unknown): boolean =>
  error instanceof ApiRejection && error.rejection.reason === 'server_error';

/** Makes a function that reads once. A failure is kept, too: the question is not asked again. */
const once = <T>(read: () => Promise<T>): (() => Promise<T>) => {
  let reading: Promise<T> | undefined;
  return () => (reading ??= read());
};

export const isAnnounced = (joined: NodeFacts['joined']): joined is AnnouncedPaths =>
  'candidates' in joined;

/** Prefix of evidence about one of several nodes. */
export const ofNode = ({ name }: Pick<NodeFacts, 'name'>): string =>
  name === null ? '' : `${name}: `;
