import { settingOfFailure } from '@livekit-swarm/engine';
import type { CheckedPath } from './checked-path.ts';

/** Setting of livekit-server that makes it announce a path. */
export const settingOf = (path: CheckedPath): string => {
  switch (path) {
    case 'direct':
      return 'set rtc.udp_port (or rtc.port_range_start and _end), and rtc.use_external_ip or rtc.node_ip to the address that users reach';
    case 'ice-tcp':
      return 'set rtc.tcp_port (7881), for users whose firewall drops UDP';
    case 'turn-udp':
      return 'set turn.enabled and turn.udp_port (3478 or 443), or name a TURN server in rtc.turn_servers with protocol: udp';
    case 'turn-tcp':
      return 'name a TURN server in rtc.turn_servers with protocol: tcp; livekit-server has none itself';
    case 'turn-tls':
      return 'set turn.enabled, turn.domain, turn.tls_port and a certificate, or name a TURN server in rtc.turn_servers with protocol: tls, for users whose firewall lets nothing but TLS pass';
  }
};

/**
 * Likely cause of a failure on an announced path: the setting that belongs to the code, else the
 * most frequent cause.
 */
export const causeOfFailure = (path: CheckedPath, reason: string): string =>
  settingOfFailure(reason) ?? mostFrequentCause(path);

const mostFrequentCause = (path: CheckedPath): string => {
  switch (path) {
    case 'direct':
      return 'let UDP pass to the media ports of every node; the announced address must be the one that users reach (rtc.use_external_ip, rtc.node_ip)';
    case 'ice-tcp':
      return 'let TCP pass to rtc.tcp_port of every node itself: a load balancer cannot stand in front of it';
    case 'turn-udp':
    case 'turn-tcp':
    case 'turn-tls':
      return 'let its port pass; the relay must reach the media ports of the nodes: since 1.12, for nodes with private addresses, turn.allow_restricted_peer_cidrs has to list them';
  }
};
