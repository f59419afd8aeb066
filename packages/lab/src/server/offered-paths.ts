import { type LiveKitConfig, mergeConfig } from './config.ts';

/** Ways of media to a node that a server offers in addition to UDP; names as in `path` of a role. */
export const OFFERED_PATHS = ['ice-tcp', 'turn-udp', 'turn-tcp', 'turn-tls'] as const;

export type OfferedPath = (typeof OFFERED_PATHS)[number];

export interface NodePaths {
  /** Of ICE over TCP; null: not offered. livekit-server listens there on every interface, whatever `bind_addresses` has. */
  iceTcpPort: number | null;
  /** UDP, of the node's own TURN server; null: none. */
  turnPort: number | null;
}

export const NO_PATHS: NodePaths = { iceTcpPort: null, turnPort: null };

/**
 * What a node on loopback needs in its configuration to offer these paths.
 *
 * TURN over TLS is not among them: livekit-server names port 443 for it to clients, whatever its `tls_port`. A lab offers it by coturn.
 * @param version of livekit-server: 1.11 rejects keys that it does not know
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
            // Its peers are the nodes of the lab. Since 1.12 it relays to no private or loopback address otherwise.
            ...(isAtLeast(version, 1, 12) ? { allow_restricted_peer_cidrs: ['127.0.0.0/8'] } : {}),
          },
        },
  );

/** Of a version as `1.13.4` or `v1.13.4`; true where there is no number, as with a build of one's own. */
export const isAtLeast = (version: string, major: number, minor: number): boolean => {
  const [, majorText, minorText] = /(\d+)\.(\d+)/.exec(version) ?? [];
  if (majorText === undefined || minorText === undefined) return true;
  return Number(majorText) > major || (Number(majorText) === major && Number(minorText) >= minor);
};
