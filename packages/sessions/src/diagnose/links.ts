import {
  downLosses,
  isClear,
  isImpaired,
  isMeasured,
  type Loss,
  type LossByKind,
  lossBehind,
  lossierKind,
  upLoss,
} from './loss.ts';
import type { ObservedSession } from './observation.ts';

/** Session with its losses. */
export interface Link {
  session: ObservedSession;
  /** Loss from the session to its node. */
  up: Loss;
  upByKind: LossByKind;
  /**
   * Loss from each sender to the session, by SID: uplink of the sender, node and own downlink
   * together.
   */
  down: ReadonlyMap<string, Loss>;
  downByKind: ReadonlyMap<string, LossByKind>;
}

/** Check whether two sessions are on the same node. All sessions of a room are. */
export const isOnSameNode = (one: ObservedSession, other: ObservedSession): boolean =>
  one.room === other.room || (one.node !== null && one.node === other.node);

/** Links of all compared sessions, by SID. */
export type Links = ReadonlyMap<string, Link>;

export const linksOf = (sessions: readonly ObservedSession[]): Links =>
  new Map(
    sessions.map((session): [string, Link] => {
      const [upByKind, downByKind] = [upLoss(session), downLosses(session)];
      const down = new Map([...downByKind].map(([sid, loss]) => [sid, lossierKind(loss)]));
      return [session.sid, { session, up: lossierKind(upByKind), upByKind, down, downByKind }];
    }),
  );

/**
 * Loss of one sender's packets at one receiver, without the loss of the sender's uplink if the node
 * reported it.
 */
export interface Cell {
  sender: string;
  loss: Loss;
  /** True if the node reported the loss of the sender's uplink. */
  isUplinkKnown: boolean;
}

/** Cells of a receiver that have enough packets. */
export const cellsOf = ({ downByKind }: Link, links: Links): Cell[] =>
  [...downByKind].flatMap(([sender, whole]) => {
    const uplink = links.get(sender);
    const isUplinkKnown = uplink !== undefined && isMeasured(uplink.up);
    const loss = lossierKind(isUplinkKnown ? lossBehind(whole, uplink.upByKind) : whole);
    return isMeasured(loss) ? [{ sender, loss, isUplinkKnown }] : [];
  });

/**
 * Share that counts as most of the compared sessions, below 1 so that one session at the limit
 * changes nothing.
 */
const MOST = 0.7;
export const isMost = (part: number, of: number): boolean => of > 0 && part / of >= MOST;

export type State = 'impaired' | 'clear';

/** State of an uplink; null if it is not measured, or neither impaired nor clear. */
export const upState = ({ up }: Link): State | null =>
  isImpaired(up) ? 'impaired' : isClear(up) ? 'clear' : null;

/**
 * State of a downlink behind the uplinks of its senders; null if it is not measured, or neither
 * impaired nor clear.
 */
export const downState = (link: Link, links: Links): State | null => {
  const cells = cellsOf(link, links);
  const impaired = cells.filter(({ loss }) => isImpaired(loss)).length;
  if (isMost(impaired, cells.length)) return 'impaired';
  return impaired === 0 && cells.some(({ loss }) => isClear(loss)) ? 'clear' : null;
};

/**
 * Group sessions by node. A room is on one node: the one that most of its sessions name, because a
 * page may name a wrong node. Sessions of a room without a node are compared within the room.
 */
export const byNode = (links: Links): { node: string | null; links: Link[] }[] => {
  const rooms = Map.groupBy(links.values(), ({ session: { room } }) => room);
  const groups = Map.groupBy(rooms, ([room, members]) => {
    const node = nodeOfMost(members);
    return node === null ? `room ${room}` : `node ${node}`;
  });
  return [...groups].map(([key, grouped]) => ({
    node: key.startsWith('node ') ? key.slice('node '.length) : null,
    links: grouped.flatMap(([, members]) => members),
  }));
};

const nodeOfMost = (members: readonly Link[]): string | null => {
  const named = Map.groupBy(members, ({ session: { node } }) => node);
  named.delete(null);
  const [most] = [...named].toSorted(([, one], [, other]) => other.length - one.length);
  return most?.[0] ?? null;
};
