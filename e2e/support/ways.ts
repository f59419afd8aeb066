/** Servers that offer one path each, on a host whose firewall opens nothing else. */
import { createAuthority, type LiveKitConfig } from '@livekit-swarm/lab';
import { holdTable, listCounters } from '@livekit-swarm/testkit/nft';
import type { Host } from './network.ts';
import type { Served } from './serve-on.ts';
import { scratch } from './swarm.ts';
import { credentialUntil, inTenMinutes, startTurnServer } from './turn-server.ts';

/** Requirements of a path on the server and the participants. */
export interface Way {
  protocol: 'tcp' | 'udp';
  /** Port that the firewall opens besides that of signalling; null: the server's port of media. */
  port: number | null;
  config: LiveKitConfig;
  env?: Record<string, string>;
  /** Path that ICE is to select with `auto`. */
  selects?: string;
}

const PORT = 5_443;
const DOMAIN = 'turn.swarm.test';

const embeddedTurn = (address: string, more: LiveKitConfig): LiveKitConfig => ({
  turn: {
    enabled: true,
    domain: DOMAIN,
    bind_addresses: [address],
    allow_restricted_peer_cidrs: ['10.213.0.0/30'],
    ...more,
  },
});

/** livekit-server has no TURN over TCP of its own. */
const coturnOverTcp = async (server: Host): Promise<Way> => {
  await startTurnServer(server, PORT);
  const named = { host: server.address, port: PORT, protocol: 'tcp' };
  return {
    protocol: 'tcp',
    port: PORT,
    config: { rtc: { turn_servers: [{ ...named, ...credentialUntil(inTenMinutes()) }] } },
  };
};

export const WAYS: Record<string, (server: Host) => Promise<Way>> = {
  direct: async () => ({ protocol: 'udp', port: null, config: {} }),
  'ice-tcp': async () => ({ protocol: 'tcp', port: PORT, config: { rtc: { tcp_port: PORT } } }),
  'turn-udp': async ({ address }) => ({
    protocol: 'udp',
    port: PORT,
    config: embeddedTurn(address, { udp_port: PORT }),
  }),
  'turn-tcp': coturnOverTcp,
  'turn-tls': async ({ address }) => {
    const authority = await createAuthority(scratch());
    const { cert, key } = await authority.sign({
      name: 'turn',
      subject: `/CN=${DOMAIN}`,
      usage: 'serverAuth',
      names: [`DNS:${DOMAIN}`],
    });
    return {
      protocol: 'tcp',
      port: PORT,
      config: embeddedTurn(address, { tls_port: PORT, cert_file: cert, key_file: key }),
      // livekit-server names port 443.
      env: { SWARM_CA: authority.certificate.cert, SWARM_TURN: `${address}:${PORT}` },
    };
  },
  /** The server offers UDP as well, and the firewall drops it. */
  auto: async (server) => ({ ...(await coturnOverTcp(server)), selects: 'turn-tcp' }),
};

const TABLE = 'swarm_firewall';

/** Packets that arrived at the port of the path, and those that arrived elsewhere, which were dropped. */
export interface Passed {
  path: number;
  refused: number;
}

/** Nothing but signalling and the port of the path is open. Packets within the host pass: those between a TURN server and the node. */
export const openOnly = async (
  { through }: Host,
  { protocol, port }: Way,
  { ports }: Served,
): Promise<{ read(): Promise<Passed> }> => {
  await holdTable(
    through,
    TABLE,
    `counter path { }; counter refused { }; chain input { type filter hook input priority 0; policy accept; iifname lo accept; tcp dport ${ports.http} accept; ${protocol} dport ${port ?? ports.udpFirst} counter name path accept; meta l4proto udp counter name refused drop; meta l4proto tcp counter name refused drop; }`,
  );
  return {
    read: async () => {
      const json = await listCounters(through, TABLE);
      return { path: packetsOf(json, 'path'), refused: packetsOf(json, 'refused') };
    },
  };
};

const packetsOf = (json: string, counter: string): number => {
  const { nftables } = JSON.parse(json) as {
    nftables: { counter?: { name: string; packets: number } }[];
  };
  return nftables.find((one) => one.counter?.name === counter)?.counter?.packets ?? -1;
};
