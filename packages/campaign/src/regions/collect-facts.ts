import type { RegionNode } from '@livekit-swarm/lab';
import type { JoinFact, LatencyFact, RegionPlan, UserAfterLoss } from '@livekit-swarm/ready';
import type { EventLine, ParticipantLine, RecordLine } from '@livekit-swarm/record';
import { openerOf } from './region-scenario.ts';

/** Lines of one run that the questions need. */
export class RegionLines {
  readonly joined = new Map<string, EventLine>();
  readonly failed = new Map<string, EventLine>();
  readonly events: EventLine[] = [];
  readonly results: ParticipantLine[] = [];

  readonly add = (line: RecordLine): void => {
    if (line.type === 'participant') this.results.push(line);
    if (line.type !== 'event' || line.identity === undefined) return;
    if (line.event === 'joined') this.joined.set(line.identity, line);
    if (line.event === 'join_failed') this.failed.set(line.identity, line);
    this.events.push(line);
  };
}

export interface RegionNaming {
  plan: RegionPlan;
  nodes: readonly RegionNode[];
  /** Names of nodes by their ids. */
  nodeNames: ReadonlyMap<string, string>;
}

const nodeNameOf = ({ nodeNames }: RegionNaming, id: string | undefined): string | null =>
  nodeNames.get(id ?? '') ?? null;

const siteOf = ({ plan, nodes }: RegionNaming, name: string | null): string | null => {
  const node = nodes.find((one) => one.name === name);
  return node === undefined ? null : (plan.regions[node.site]?.name ?? null);
};

const hearsOther = ({ tracks }: ParticipantLine, atEnd: boolean): boolean =>
  tracks.some(
    ({ direction, kind, packets, activeAtEnd }) =>
      direction === 'down' && kind === 'audio' && packets > 0 && (!atEnd || activeAtEnd),
  );

export const joinFacts = (
  lines: RegionLines,
  naming: RegionNaming,
  entryOf: (identity: string) => string | null,
): JoinFact[] =>
  lines.results.map((result) => ({
    room: result.room,
    opener: openerOf(result.room),
    user: result.role,
    identity: result.identity,
    entry: entryOf(result.identity),
    node: nodeNameOf(naming, lines.joined.get(result.identity)?.node),
    joinMs: result.joinTimeMs,
    hears: hearsOther(result, false),
    failure: failureOf(result, lines.failed.get(result.identity)),
  }));

const failureOf = (result: ParticipantLine, failed: EventLine | undefined): string | null => {
  if (result.outcome === 'left' && result.joinTimeMs !== null) return null;
  if (result.outcome === 'disconnected') return null;
  return failed?.message ?? result.reason ?? result.outcome;
};

export const latencyFacts = (lines: RegionLines, naming: RegionNaming): LatencyFact[] => {
  const regions = new Map(lines.results.map(({ identity, role }) => [identity, role]));
  return lines.results.flatMap((result) => {
    const site = siteOf(naming, nodeNameOf(naming, lines.joined.get(result.identity)?.node));
    return result.tracks.flatMap((track) => {
      const publisher = regions.get(track.publisher ?? '');
      if (track.direction !== 'down' || publisher === undefined || site === null) return [];
      return [
        {
          ...{ publisher, subscriber: result.role, site },
          ...{ p50Ms: track.latencyP50Ms, p95Ms: track.latencyP95Ms },
          ...{ lost: track.lostBeforeRecovery, packets: track.packets },
        },
      ];
    });
  });
};

const RETURNS: ReadonlySet<string> = new Set(['resumed', 'reconnected', 'rejoined']);
const BREAKS: ReadonlySet<string> = new Set(['signal_lost', 'disconnected']);

/** First return of each user after the loss, on a node that was not lost. */
export const returnsAfter = (
  lines: RegionLines,
  naming: RegionNaming,
  region: string,
  lostAtMs: number,
): Map<string, { backAfterMs: number; after: string | null }> => {
  const found = new Map<string, { backAfterMs: number; after: string | null }>();
  for (const { event, identity = '', at, node } of lines.events) {
    const after = siteOf(naming, nodeNameOf(naming, node));
    if (!RETURNS.has(event) || at < lostAtMs || after === region || found.has(identity)) continue;
    found.set(identity, { backAfterMs: at - lostAtMs, after });
  }
  return found;
};

export const usersAfterLoss = (
  lines: RegionLines,
  naming: RegionNaming,
  region: string,
  lostAtMs: number,
): UserAfterLoss[] => {
  const returns = returnsAfter(lines, naming, region, lostAtMs);
  return lines.results.map((result) => {
    const { identity, role } = result;
    const before = siteOf(naming, nodeNameOf(naming, lines.joined.get(identity)?.node));
    const broke = lines.events.some(
      (one) => one.identity === identity && one.at >= lostAtMs && BREAKS.has(one.event),
    );
    const isAffected = before === region || broke;
    const back = isAffected ? returns.get(identity) : undefined;
    return {
      ...{ user: role, identity, before, isAffected },
      backAfterMs: back?.backAfterMs ?? null,
      after: back?.after ?? null,
      hears: hearsOther(result, true),
    };
  });
};
