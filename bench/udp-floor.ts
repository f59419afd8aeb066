import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

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
}: FloorLoad): Promise<number> => {
  const flags = {
    threads,
    sockets,
    'send-rate': sendRate,
    'receive-rate': receiveRate,
    bytes: Math.round(bytes),
    seconds,
  };
  const { stdout } = await promisify(execFile)(
    PROGRAM,
    Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
  );
  return (JSON.parse(stdout) as { microsPerPacket: number }).microsPerPacket;
};
