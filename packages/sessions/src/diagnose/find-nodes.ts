import type { Direction } from '@livekit-swarm/beacon/payload';
import type { Evidence, LegFinding } from './finding.ts';
import { byNode, cellsOf, downState, isMost, type Link, type Links, upState } from './links.ts';
import { addLoss, isClear, isImpaired, isMeasured, type Loss, median, shareOf } from './loss.ts';

/** Loss of a node, by which loss of the sessions behind it is judged. */
export interface NodeLoss {
  finding: LegFinding;
  direction: Direction;
  /** Sessions that it explains. */
  sids: ReadonlySet<string>;
  share: number;
}

/** Two links that are lossy at once are a coincidence that happens; three seldom are. */
const ENOUGH = 3;
/** Of sessions by other paths, how many may be impaired for the path alone to be the cause. */
const FEW = 0.2;

/** Nodes, or paths to them, whose sessions lose packets at the same time and in the same direction. */
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

/** Whether a single uplink that the node did not report on explains everything: a presenter whose page has no beacon. */
const isOneUplink = (impaired: readonly Link[], links: Links): boolean => {
  const cells = impaired.flatMap((link) =>
    cellsOf(link, links).filter(({ loss }) => isImpaired(loss)),
  );
  return (
    cells.every(({ isUplinkKnown }) => !isUplinkKnown) &&
    new Set(cells.map(({ sender }) => sender)).size === 1
  );
};

/** What a node lost of a session's packets in one direction; nothing where no node is impaired. */
export const nodeLossOf = (nodes: readonly NodeLoss[], sid: string, direction: Direction): number =>
  Math.max(
    0,
    ...nodes
      .filter((one) => one.direction === direction && one.sids.has(sid))
      .map(({ share }) => share),
  );

/** Loss of a link that a node's loss does not explain: chance makes a share vary, so it must be twice that. */
export const exceeds = (loss: Loss, ofNode: number): boolean =>
  isImpaired(loss) && shareOf(loss) >= 2 * ofNode;

/** A link behind which nothing more is lost than the node loses. */
export const isWell = (loss: Loss, ofNode: number): boolean =>
  isClear(loss) || (isMeasured(loss) && shareOf(loss) < 1.5 * ofNode);
