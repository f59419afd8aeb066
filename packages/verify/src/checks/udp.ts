import type { PathCheck } from '@livekit-swarm/probe';
import { type Check, type CheckResult, found } from '../check.ts';
import { pathsRule } from './paths.ts';

/**
 * Result of the check.
 * @param checks the paths direct and ice-tcp of every node
 */
export const udpRule = (checks: readonly PathCheck[]): CheckResult => {
  const direct = checks.filter(({ path }) => path === 'direct');
  const works = (node: string | null): PathCheck | undefined =>
    checks.find((one) => one.path === 'ice-tcp' && one.node === node && one.outcome === 'works');
  const absent = direct.filter(({ outcome }) => outcome === 'not_offered');
  const failed = direct.some(({ outcome }) => outcome === 'failed');
  if (failed || absent.length === 0) return pathsRule(direct, 'error');
  const isTcpOnly = absent.every(({ node }) => works(node) !== undefined);
  return found(
    isTcpOnly ? 'warning' : 'error',
    absent.map(({ node }) => {
      const tcp = works(node)?.announced.join(', ');
      const who = node === null ? 'the server' : node;
      return tcp === undefined
        ? `${who} offers no UDP, and media does not pass over TCP either`
        : `${who} offers TCP only, at ${tcp}: media of every user passes there`;
    }),
    'if UDP can reach the nodes: remove rtc.force_tcp, and set rtc.udp_port (or rtc.port_range_start to _end). If not: nothing; test this deployment with --path ice-tcp',
    'rtc.force_tcp is set, or the nodes have no UDP port left or at all. Over TCP a lost packet delays all that follow it: on a network with loss, audio and video stall where UDP would lose a frame',
  );
};

export const udp: Check = {
  id: 'udp',
  title: 'Media passes over UDP, on every node',
  severities: ['error', 'warning'],
  cause:
    'A firewall or security group drops UDP to the media ports, or the announced address leads elsewhere: most users receive no media, or all of them come through TURN',
  fix: 'open rtc.udp_port (or rtc.port_range_start to _end) for UDP on every node',
  needs: ['split-brain', 'limits', 'candidates'],
  run: async ({ paths }) =>
    udpRule((await paths()).filter(({ path }) => path === 'direct' || path === 'ice-tcp')),
};
