import { findDevices } from './find-devices.ts';
import { findDownlinks } from './find-downlinks.ts';
import { findNodes } from './find-nodes.ts';
import { findUplinks } from './find-uplinks.ts';
import type { Finding } from './finding.ts';
import { linksOf } from './links.ts';
import type { ObservedSession } from './observation.ts';

/**
 * The impaired legs of one window, found by comparing sessions that share a room, a node, a path and a direction:
 *
 * - many sessions on a node lose packets in one direction: the node, or the path to it;
 * - the node missed packets of one sender, or all of its receivers did: the sender's uplink;
 * - one receiver misses packets of all of its senders: the receiver's downlink;
 * - without loss, the browser drops frames, or is limited by its CPU: the device.
 *
 * Each is judged without what the ones before it explain, so that several legs may be impaired at once.
 * @param sessions of the room, and of other rooms on its node
 */
export const diagnose = (sessions: readonly ObservedSession[]): Finding[] => {
  const links = linksOf(sessions);
  const nodes = findNodes(links);
  const uplinks = findUplinks(links, nodes);
  const downlinks = findDownlinks(links, nodes, uplinks);
  return [...nodes.map(({ finding }) => finding), ...uplinks, ...downlinks, ...findDevices(links)];
};
