import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NamespaceHost } from './namespaces.ts';

/** Hosts of its sockets, and of its partner. */
export interface FloorHosts {
  near: NamespaceHost;
  far: NamespaceHost;
}

export interface FloorLoad {
  /** Number of threads, equal to that of the pump. */
  threads: number;
  sockets: number;
  /** Packets per second and socket. */
  sendRate: number;
  receiveRate: number;
  /** Mean size of a datagram, bytes. */
  bytes: number;
  seconds: number;
  /** Hosts. Default: both on loopback. */
  hosts?: FloorHosts;
}

const PROGRAM = join(import.meta.dirname, '../packages/webrtc/crate/target/release/udp-floor');

/**
 * CPU floor of one packet, µs: connected UDP sockets and AES-256-GCM
 * (packages/webrtc/crate/src/bin/udp-floor.rs).
 */
export const udpFloor = async ({
  threads,
  sockets,
  sendRate,
  receiveRate,
  bytes,
  seconds,
  hosts,
}: FloorLoad): Promise<number> => {
  const flags = {
    threads,
    sockets,
    'send-rate': sendRate,
    'receive-rate': receiveRate,
    bytes: Math.round(bytes),
    seconds,
    ...(hosts && {
      'near-address': hosts.near.address,
      'far-address': hosts.far.address,
      'far-namespace': `/run/netns/${hosts.far.through.at(-1)}`,
    }),
  };
  const [command = '', ...args] = [
    ...(hosts?.near.through ?? []),
    PROGRAM,
    ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
  ];
  const { stdout } = await promisify(execFile)(command, args);
  return (JSON.parse(stdout) as { microsPerPacket: number }).microsPerPacket;
};
