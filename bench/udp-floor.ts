import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NamespaceHost } from './namespaces.ts';

/** Of its sockets, and of its partner. */
export interface FloorHosts {
  near: NamespaceHost;
  far: NamespaceHost;
}

export interface FloorLoad {
  /** As many as the pump had. */
  threads: number;
  sockets: number;
  /** Packets a second and socket. */
  sendRate: number;
  receiveRate: number;
  /** Of a datagram, mean. */
  bytes: number;
  seconds: number;
  /** Default: both on loopback. */
  hosts?: FloorHosts;
}

const PROGRAM = join(import.meta.dirname, '../packages/webrtc/crate/target/release/udp-floor');

/** Microseconds of CPU that one packet costs at the least: connected UDP sockets and AES-256-GCM (packages/webrtc/crate/src/bin/udp-floor.rs). */
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
