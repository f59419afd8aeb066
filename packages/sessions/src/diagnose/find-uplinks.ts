import { exceeds, type NodeLoss, nodeLossOf } from './find-nodes.ts';
import type { Evidence, LegFinding } from './finding.ts';
import { downState, isMost, isOnSameNode, type Link, type Links, upState } from './links.ts';
import { addLoss, isClear, isImpaired, isMeasured, type Loss, shareOf } from './loss.ts';
import { subjectOf } from './subject.ts';

/** Find senders whose packets are lost before the node. */
export const findUplinks = (links: Links, nodes: readonly NodeLoss[]): LegFinding[] =>
  [...sendersOf(links)].flatMap((sid) => {
    const sender = links.get(sid);
    const found =
      sender !== undefined && isMeasured(sender.up)
        ? byReceiverReports(sender, links, nodeLossOf(nodes, sid, 'up'))
        : byReceivers(sid, links, nodes);
    return found === null ? [] : [found];
  });

const sendersOf = (links: Links): Set<string> =>
  new Set([...links].flatMap(([sid, { down }]) => [sid, ...down.keys()]));

/** Judge an uplink by the receiver reports of the node, which no other leg affects. */
const byReceiverReports = (sender: Link, links: Links, ofNode: number): LegFinding | null => {
  if (!exceeds(sender.up, ofNode)) return null;
  const receivers = receptionsOf(sender.session.sid, links);
  const others = [...links.values()].filter(
    (link) =>
      link !== sender && isOnSameNode(link.session, sender.session) && upState(link) !== null,
  );
  const clear = others.filter((link) => upState(link) === 'clear').length;
  const evidence: Evidence[] = [
    {
      code: 'node_missed_packets',
      lost: Math.round(sender.up.lost),
      packets: Math.round(sender.up.packets),
    },
    ...countReceivers(receivers),
    {
      code: 'sessions_of_node',
      direction: 'up',
      impaired: others.length - clear + 1,
      of: others.length + 1,
      rooms: new Set([sender, ...others].map(({ session }) => session.room)).size,
      path: null,
    },
  ];
  return {
    leg: 'sender_uplink',
    subject: subjectOf(sender.session),
    loss: shareOf(sender.up),
    // Without another sender on the node, the node itself may have lost the packets.
    confidence: clear > 0 ? 'high' : 'low',
    evidence,
  };
};

/**
 * Judge the uplink of a sender without reports: receivers lose packets of this sender, and not
 * those of others.
 */
const byReceivers = (sid: string, links: Links, nodes: readonly NodeLoss[]): LegFinding | null => {
  const receivers = receptionsOf(sid, links).filter(({ loss }) => isMeasured(loss));
  const impaired = receivers.filter(({ link, loss }) =>
    exceeds(loss, nodeLossOf(nodes, link.session.sid, 'down')),
  );
  if (!isMost(impaired.length, receivers.length)) return null;
  const elsewhere = impaired.flatMap(({ link }) =>
    [...link.down]
      .filter(([sender, loss]) => sender !== sid && isMeasured(loss))
      .map(([, loss]) => loss),
  );
  const clear = elsewhere.filter(isClear).length;
  const loss = addLoss(impaired.map((one) => one.loss));
  const room = impaired[0]?.link.session.room ?? '';
  const subject = subjectOf(
    links.get(sid)?.session ?? { sid, identity: sid, room, node: null, path: null, streams: [] },
  );
  const evidence: Evidence[] = [
    ...countReceivers(receivers),
    {
      code: 'senders_at_receiver',
      impaired: elsewhere.filter(isImpaired).length + impaired.length,
      of: elsewhere.length + impaired.length,
    },
  ];
  // Loss from all senders is loss of the receiver.
  if (elsewhere.length > 0 && !isMost(clear, elsewhere.length)) return null;
  if (clear > 0)
    return {
      leg: 'sender_uplink',
      subject,
      loss: shareOf(loss),
      confidence: impaired.length > 1 ? 'high' : 'low',
      evidence,
    };
  const neighbours = impaired.some(({ link }) =>
    [...links.values()].some(
      (other) =>
        isOnSameNode(other.session, link.session) &&
        other.session.room !== room &&
        downState(other, links) === 'clear',
    ),
  );
  // The receivers have a single sender: its uplink is impaired, unless its node is. With one
  // receiver it may also be the downlink.
  if (neighbours && impaired.length > 1)
    return { leg: 'sender_uplink', subject, loss: shareOf(loss), confidence: 'low', evidence };
  return null;
};

interface Reception {
  link: Link;
  loss: Loss;
}

/** Losses of one sender's packets at each of its receivers. */
const receptionsOf = (sid: string, links: Links): Reception[] =>
  [...links.values()].flatMap((link) => {
    const loss = link.down.get(sid);
    return loss === undefined ? [] : [{ link, loss }];
  });

const countReceivers = (receptions: readonly Reception[]): Evidence[] => {
  const measured = receptions.filter(({ loss }) => isMeasured(loss));
  if (measured.length === 0) return [];
  const impaired = measured.filter(({ loss }) => isImpaired(loss)).length;
  return [{ code: 'receivers_of_sender', impaired, of: measured.length }];
};
