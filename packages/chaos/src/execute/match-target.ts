/**
 * Check that the components a drill would affect belong to the deployment that its participants
 * use.
 */
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { connectRegistry } from '@livekit-swarm/livekit';
import type { DrillStopReason, FaultTarget } from '@livekit-swarm/record';
import type { Component, Platform } from '../targets/platform.ts';
import { accessRedis } from '../targets/redis-access.ts';
import type { DrillDeployment } from './deployment.ts';

export type TargetDoubt = Extract<
  DrillStopReason,
  { code: 'target_mismatch' } | { code: 'target_unproven' }
>;

/** Facts about target and participants before the first injection. */
export interface TargetFacts {
  targets: readonly FaultTarget[];
  components: readonly Component[];
  /** IDs of the nodes that hold the rooms of the load, as the server reports to participants. */
  roomNodes: ReadonlySet<string>;
  /**
   * IDs of the nodes that each Redis component lists, by component name; null: it could not be
   * read.
   */
  redisNodes: ReadonlyMap<string, ReadonlySet<string> | null>;
  /** IDs of the nodes that the Redis of --redis lists; null: not given, or it could not be read. */
  observedNodes: ReadonlySet<string> | null;
  /**
   * Evidence by name of Sentinel, load balancer or TURN server: true when the participants' URL leads to it;
   * null: unknown.
   */
  serves: ReadonlyMap<string, boolean | null>;
}

/**
 * Compares target and participants: a drill on one deployment while its participants use another
 * would cause an outage that nothing measures, and pass.
 * @returns null: every target belongs to the deployment of the participants
 */
export const matchTarget = (facts: TargetFacts): TargetDoubt | null => {
  const targets = facts.targets.filter(({ role }) => role !== 'none');
  if (targets.length === 0) return null;
  // A mismatch is certain, even if another target is only unproven.
  const doubts = [
    matchRoomNodes(facts),
    ...targets.flatMap((target) => candidatesOf(target, facts.components).map(matchOne(facts))),
  ].filter((doubt) => doubt !== null);
  return doubts.find(({ code }) => code === 'target_mismatch') ?? doubts[0] ?? null;
};

const nodesOf = (components: readonly Component[]): Component[] =>
  components.filter(({ kind }) => kind === 'node');

/** Components that a target may resolve to during the drill. */
const candidatesOf = (target: FaultTarget, components: readonly Component[]): Component[] => {
  switch (target.role) {
    case 'none':
    // See `matchRoomNodes` for the node that holds the rooms.
    case 'room-node':
    // It does not run, and so no participant uses it yet.
    case 'spare-node':
      return [];
    case 'agent-worker':
    case 'agent-workers':
      return components.filter(({ kind }) => kind === 'agent-worker');
    case 'other-node':
      return nodesOf(components).filter(({ nodeId }) => nodeId !== null);
    case 'signal-node':
    case 'nodes':
      return nodesOf(components);
    case 'site':
      return components.filter(({ site }) => site === target.name);
    case 'component':
      return components.filter(({ name }) => name === target.name);
    case 'redis-replica':
      return components.filter(({ kind }) => kind === 'redis');
    case 'redis':
    case 'sentinel':
    case 'load-balancer':
    case 'turn':
    case 'egress':
      return components.filter(({ kind }) => kind === target.role);
  }
};

/** Reports nodes outside the target that hold a room of the load. */
const matchRoomNodes = ({ components, roomNodes }: TargetFacts): TargetDoubt | null => {
  const nodes = nodesOf(components);
  const names = nodes.map(({ name }) => name);
  const known = new Set(nodes.map(({ nodeId }) => nodeId));
  const foreign = [...roomNodes].filter((id) => !known.has(id)).sort();
  if (roomNodes.size > 0 && foreign.length === 0) return null;
  return roomNodes.size === 0 || known.has(null)
    ? { code: 'target_unproven', kind: 'node', components: names, why: 'node_id_unknown' }
    : { code: 'target_mismatch', kind: 'node', components: names, roomNodes: foreign };
};

const matchOne =
  (facts: TargetFacts) =>
  (component: Component): TargetDoubt | null => {
    const { kind, name } = component;
    const components = [name];
    const roomNodes = [...facts.roomNodes].sort();
    const unproven = (why: UnprovenReason): TargetDoubt => ({
      code: 'target_unproven',
      kind,
      components,
      why,
    });
    switch (kind) {
      case 'node': {
        const { nodeId } = component;
        if (nodeId === null) return unproven('node_id_unknown');
        return facts.roomNodes.has(nodeId) || isRegisteredTogether(nodeId, facts)
          ? null
          : unproven('node_not_registered');
      }
      case 'redis': {
        const ids = facts.redisNodes.get(name) ?? null;
        if (ids === null) return unproven('redis_unreadable');
        return roomNodes.length > 0 && roomNodes.every((id) => ids.has(id))
          ? null
          : { code: 'target_mismatch', kind, components, roomNodes };
      }
      case 'sentinel':
      case 'load-balancer':
      case 'turn':
      case 'agent-worker':
      case 'egress': {
        const serves = facts.serves.get(name) ?? null;
        if (serves === null) return unproven(UNPROVEN[kind]);
        return serves ? null : { code: 'target_mismatch', kind, components, roomNodes };
      }
    }
  };

/** Reason why it is unknown whether a component serves the participants. */
const UNPROVEN = {
  sentinel: 'address_unknown',
  'load-balancer': 'address_unknown',
  turn: 'turn_not_reported',
  'agent-worker': 'address_unknown',
  egress: 'egress_not_reported',
} as const;

type UnprovenReason = Extract<TargetDoubt, { code: 'target_unproven' }>['why'];

/**
 * Returns true when a Redis that lists the nodes of the rooms also lists this node, which holds
 * none of them.
 */
const isRegisteredTogether = (
  nodeId: string,
  { redisNodes, observedNodes, roomNodes }: TargetFacts,
): boolean =>
  [...redisNodes.values(), observedNodes].some(
    (ids) => ids?.has(nodeId) === true && [...roomNodes].some((id) => ids.has(id)),
  );

/** Reads the facts from the components, without changing anything. */
export const readTargetFacts = async (
  deployment: Pick<DrillDeployment, 'platform' | 'isLab' | 'url' | 'redisUrl'>,
  targets: readonly FaultTarget[],
): Promise<Omit<TargetFacts, 'roomNodes'>> => {
  const { platform, redisUrl } = deployment;
  const components = await platform.components();
  const ofKind = (...kinds: Component['kind'][]): Component[] =>
    components.filter(({ kind }) => kinds.includes(kind));
  const [redisNodes, serves, observedNodes] = await Promise.all([
    byName(ofKind('redis'), (component) => nodesInRedis(platform, component)),
    byName(ofKind('sentinel', 'load-balancer', 'turn', 'agent-worker', 'egress'), (component) =>
      servesUrl(deployment, component),
    ),
    redisUrl === null ? null : nodesAt(redisUrl),
  ]);
  return { targets, components, redisNodes, observedNodes, serves };
};

const byName = async <T>(
  components: readonly Component[],
  read: (component: Component) => Promise<T>,
): Promise<ReadonlyMap<string, T>> =>
  new Map(
    await Promise.all(
      components.map(async (component) => [component.name, await read(component)] as const),
    ),
  );

/** IDs of LiveKit's nodes in all databases of a Redis component; null: it could not be read. */
const nodesInRedis = async (
  platform: Platform,
  component: Component,
): Promise<ReadonlySet<string> | null> => {
  try {
    await using redis = accessRedis(platform, component);
    const ids = new Set<string>();
    for (const database of await redis.databases())
      for (const id of await redis.nodeIds(database)) ids.add(id);
    return ids;
  } catch {
    return null;
  }
};

const nodesAt = async (redisUrl: string): Promise<ReadonlySet<string> | null> => {
  const registry = connectRegistry(redisUrl);
  try {
    return new Set((await registry.look()).nodes.keys());
  } catch {
    return null;
  } finally {
    registry.close();
  }
};

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'ws:': 80, 'wss:': 443 };

/**
 * Returns true when the participants' URL leads to this component; null: unknown. The TURN server
 * that they use is not observed.
 */
const servesUrl = async (
  { platform, isLab, url }: Pick<DrillDeployment, 'platform' | 'isLab' | 'url'>,
  component: Component,
): Promise<boolean | null> => {
  // URL and components of a lab come from one state file.
  if (isLab) return true;
  const ports = component.ports?.tcp ?? [];
  if (component.kind !== 'load-balancer' || ports.length === 0) return null;
  const { hostname, port, protocol } = new URL(url);
  const [own, named] = await Promise.all([
    addressesOf(platform, component),
    lookup(hostname.replace(/^\[|\]$/g, ''), { all: true }).catch(() => []),
  ]);
  const here = named.some(({ address }) => own.has(address));
  // Another address may belong to a proxy in front of it, or to a forwarded port.
  return here ? ports.includes(Number(port) || (DEFAULT_PORTS[protocol] ?? 0)) : null;
};

/** Addresses of the host or container in which a component listens. */
const addressesOf = async (
  platform: Platform,
  component: Component,
): Promise<ReadonlySet<string>> => {
  if (platform.kind === 'process')
    return new Set(
      Object.values(networkInterfaces()).flatMap((all) =>
        (all ?? []).map(({ address }) => address),
      ),
    );
  const { stdout, code } = await platform
    .run(component, ['hostname', '-I'])
    .catch(() => ({ stdout: '', code: 1 }));
  return new Set(code === 0 ? stdout.split(/\s+/).filter((word) => word !== '') : []);
};
