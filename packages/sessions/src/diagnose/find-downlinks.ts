import { exceeds, isWell, type NodeLoss, nodeLossOf } from './find-nodes.ts';
import type { Evidence, Finding, LegFinding } from './finding.ts';
import { cellsOf, downState, isMost, isOnSameNode, type Link, type Links } from './links.ts';
import { addLoss, shareOf } from './loss.ts';
import { subjectOf } from './subject.ts';

/**
 * Find receivers whose packets are lost behind the node.
 * @param uplinks findings about senders, which explain a part of the loss
 */
export const findDownlinks = (
  links: Links,
  nodes: readonly NodeLoss[],
  uplinks: readonly LegFinding[],
): Finding[] => {
  const explained = new Set(
    uplinks.flatMap(({ subject }) => (subject.type === 'participant' ? [subject.sid] : [])),
  );
  return [...links.values()].flatMap((receiver) => {
    const found = judge(
      receiver,
      links,
      nodeLossOf(nodes, receiver.session.sid, 'down'),
      explained,
    );
    return found === null ? [] : [found];
  });
};

const judge = (
  receiver: Link,
  links: Links,
  ofNode: number,
  explained: ReadonlySet<string>,
): Finding | null => {
  // A sender without reports whose uplink is impaired proves nothing about this leg.
  const cells = cellsOf(receiver, links).filter(
    ({ sender, isUplinkKnown }) => isUplinkKnown || !explained.has(sender),
  );
  const impaired = cells.filter(({ loss }) => exceeds(loss, ofNode));
  if (!isMost(impaired.length, cells.length)) return null;
  const loss = shareOf(addLoss(impaired.map((cell) => cell.loss)));
  const known = impaired.filter(({ isUplinkKnown }) => isUplinkKnown);
  const senders = new Set(impaired.map(({ sender }) => sender));
  const others = [...links.values()].filter((link) => link !== receiver);
  const alike = others.flatMap((link) =>
    cellsOf(link, links).filter(({ sender }) => senders.has(sender)),
  );
  const clearAlike = alike.filter((cell) => isWell(cell.loss, ofNode)).length;
  const onNode = others.filter(({ session }) => isOnSameNode(session, receiver.session));
  const states = onNode.map((link) => downState(link, links)).filter((state) => state !== null);
  const evidence: Evidence[] = [
    { code: 'senders_at_receiver', impaired: impaired.length, of: cells.length },
    ...known.slice(0, 1).map(({ sender }) => receivedOf(sender, links)),
    ...(alike.length === 0
      ? []
      : [
          {
            code: 'other_receivers' as const,
            impaired: alike.filter((cell) => exceeds(cell.loss, ofNode)).length,
            of: alike.length,
          },
        ]),
    ...(states.length === 0
      ? []
      : [
          {
            code: 'sessions_of_node' as const,
            direction: 'down' as const,
            impaired: states.filter((state) => state === 'impaired').length + 1,
            of: states.length + 1,
            rooms: new Set([receiver, ...onNode].map(({ session }) => session.room)).size,
            path: null,
          },
        ]),
  ];
  const isUplinkExcluded = known.length > 0 || clearAlike > 0 || senders.size > 1;
  const isNodeExcluded = clearAlike > 0 || states.includes('clear');
  const subject = subjectOf(receiver.session);
  if (!isUplinkExcluded) return { leg: 'unknown', subject, loss, confidence: 'low', evidence };
  return {
    leg: 'receiver_downlink',
    subject,
    loss,
    confidence: isNodeExcluded ? 'high' : 'low',
    evidence,
  };
};

/**
 * Evidence of packets that the node received from a sender, for senders whose uplink it reported
 * on.
 */
const receivedOf = (sender: string, links: Links): Evidence => {
  const { lost, packets } = links.get(sender)?.up ?? { lost: 0, packets: 0 };
  return { code: 'node_received_packets', lost: Math.round(lost), packets: Math.round(packets) };
};
