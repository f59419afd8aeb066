import type { Direction } from '@livekit-swarm/beacon/payload';
import type { Evidence, LegFinding } from './finding.ts';
import { byNode, cellsOf, downState, isMost, type Link, type Links, upState } from './links.ts';
import { addLoss, isClear, isImpaired, isMeasured, type Loss, median, shareOf } from './loss.ts';

/** Loss of a node, with which losses of its sessions are compared. */
export interface NodeLoss {
  finding: LegFinding;
  direction: Direction;
  /** Sessions whose loss the node explains, by SID. */
  sids: ReadonlySet<string>;
  share: number;
}

/**
 * Least number of impaired links that points to a node: two at the same time may be a coincidence,
 * three seldom are.
 */
const ENOUGH = 3;
/**
 * Share of sessions by other paths up to which they may be impaired while the path alone is the
 * cause.
 */
const FEW = 0.2;

/**
 * Find nodes, or paths to nodes, whose sessions lose packets at the same time and in the same
 * direction.
 */
export const findNodes = (links: Links): NodeLoss[] =>
  byNode(links).flatMap(({ node, links: members }) =>
    (['up', 'down'] as const).flatMap((direction) => {
      const compared = members.flatMap((link): Compared[] => {
        const state = direction === 'up' ? upState(link) : downState(link, links);
        return state === null ? [] : [{ link, isImpaired: state === 'impaired' }];
      });
      const whole = judge(compared, [], links, { node, path: null, direction });
      if (whole !== null) return [whole];
      const byPath = Map.groupBy(compared, ({ link }) => link.session.path);
      return [...byPath].flatMap(([path, same]) => {
        const others = compared.filter((one) => !same.includes(one));
        if (path === null || others.length < 2) return [];
        const found = judge(same, others, links, { node, path, direction });
        return found === null ? [] : [found];
      });
    }),
  );

interface Compared {
  link: Link;
  isImpaired: boolean;
}

const judge = (
  compared: readonly Compared[],
  others: readonly Compared[],
  links: Links,
  { node, path, direction }: { node: string | null; path: string | null; direction: Direction },
): NodeLoss | null => {
  const impaired = compared.filter((one) => one.isImpaired).map(({ link }) => link);
  const rooms = new Set(impaired.map(({ session }) => session.room)).size;
  const enough = impaired.length >= ENOUGH || (impaired.length === 2 && compared.length === 2);
  const impairedOthers = others.filter((one) => one.isImpaired).length;
  if (!enough || !isMost(impaired.length, compared.length)) return null;
  if (impairedOthers > FEW * others.length) return null;
  if (direction === 'down' && isOneUplink(impaired, links)) return null;
  const losses = impaired.map((link) =>
    direction === 'up' ? link.up : addLoss(cellsOf(link, links).map(({ loss }) => loss)),
  );
  const share = median(losses.map(shareOf));
  const evidence: Evidence[] = [
    {
      code: 'sessions_of_node',
      direction,
      impaired: impaired.length,
      of: compared.length,
      rooms,
      path,
    },
    ...(path === null
      ? []
      : [
          { code: 'sessions_of_other_paths' as const, impaired: impairedOthers, of: others.length },
        ]),
  ];
  return {
    finding: {
      leg: 'node',
      subject: { type: 'node', node, path },
      loss: share,
      confidence: rooms > 1 && impaired.length >= ENOUGH ? 'high' : 'low',
      evidence,
    },
    direction,
    sids: new Set(compared.map(({ link }) => link.session.sid)),
    share,
  };
};

/**
 * Check whether a single uplink explains all loss: that of a presenter whose page has no beacon, so
 * that the node reported nothing about it.
 */
const isOneUplink = (impaired: readonly Link[], links: Links): boolean => {
  const cells = impaired.flatMap((link) =>
    cellsOf(link, links).filter(({ loss }) => isImpaired(loss)),
  );
  return (
    cells.every(({ isUplinkKnown }) => !isUplinkKnown) &&
    new Set(cells.map(({ sender }) => sender)).size === 1
  );
};

/** Share of a session's packets that its node lost in one direction; 0 if no node is impaired. */
export const nodeLossOf = (nodes: readonly NodeLoss[], sid: string, direction: Direction): number =>
  Math.max(
    0,
    ...nodes
      .filter((one) => one.direction === direction && one.sids.has(sid))
      .map(({ share }) => share),
  );

/**
 * Check whether a link lost more than its node explains. Shares vary at random, so the loss must be
 * twice that of the node.
 */
export const exceeds = (loss: Loss, ofNode: number): boolean =>
  isImpaired(loss) && shareOf(loss) >= 2 * ofNode;

/** Check whether a link lost no more than its node did. */
export const isWell = (loss: Loss, ofNode: number): boolean =>
  isClear(loss) || (isMeasured(loss) && shareOf(loss) < 1.5 * ofNode);
