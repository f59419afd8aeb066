import { type LiveKitConfig, mergeConfig } from './config.ts';
import { isAtLeast } from './version-order.ts';

/** Paths to a node that a server offers in addition to UDP; names as in `path` of a role. */
export const OFFERED_PATHS = ['ice-tcp', 'turn-udp', 'turn-tcp', 'turn-tls'] as const;

export type OfferedPath = (typeof OFFERED_PATHS)[number];

export interface NodePaths {
  /**
   * Port of ICE over TCP; null: not offered. livekit-server listens there on every interface,
   * despite `bind_addresses`.
   */
  iceTcpPort: number | null;
  /** UDP port of the node's own TURN server; null: none. */
  turnPort: number | null;
}

export const NO_PATHS: NodePaths = { iceTcpPort: null, turnPort: null };

/**
 * Part of a loopback node's configuration that offers these paths.
 *
 * TURN over TLS is not included: livekit-server announces port 443 for it, whatever its `tls_port`.
 * A lab offers it by coturn.
 *
 * @param version version of livekit-server: 1.11 rejects keys that it does not know
 */
export const pathConfig = (
  { iceTcpPort, turnPort }: NodePaths,
  host: string,
  version: string,
): LiveKitConfig =>
  mergeConfig(
    iceTcpPort === null ? {} : { rtc: { tcp_port: iceTcpPort } },
    turnPort === null
      ? {}
      : {
          turn: {
            enabled: true,
            udp_port: turnPort,
            bind_addresses: [host],
            // The peers are the nodes of the lab on loopback. Since 1.12, livekit-server relays to
            // private and loopback addresses only with this setting.
            ...(isAtLeast(version, 1, 12) ? { allow_restricted_peer_cidrs: ['127.0.0.0/8'] } : {}),
          },
        },
  );
