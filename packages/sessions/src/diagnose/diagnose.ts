import { findDevices } from './find-devices.ts';
import { findDownlinks } from './find-downlinks.ts';
import { findNodes } from './find-nodes.ts';
import { findUplinks } from './find-uplinks.ts';
import type { Finding } from './finding.ts';
import { linksOf } from './links.ts';
import type { ObservedSession } from './observation.ts';

/**
 * Find the impaired legs of one window by comparing sessions that share a room, a node, a path and
 * a direction:
 *
 * - many sessions on a node lose packets in one direction: the node, or the path to it;
 * - the node missed packets of one sender, or all receivers of that sender did: the sender's
 * uplink;
 * - one receiver misses packets of all of its senders: the receiver's downlink;
 * - the browser drops frames without loss, or is limited by its CPU: the device.
 *
 * Each leg is judged without the loss that the legs before it explain, so that several legs may be
 * impaired at the same time.
 * @param sessions sessions of the room, and of other rooms on its node
 */
export const diagnose = (sessions: readonly ObservedSession[]): Finding[] => {
  const links = linksOf(sessions);
  const nodes = findNodes(links);
  const uplinks = findUplinks(links, nodes);
  const downlinks = findDownlinks(links, nodes, uplinks);
  return [...nodes.map(({ finding }) => finding), ...uplinks, ...downlinks, ...findDevices(links)];
};
