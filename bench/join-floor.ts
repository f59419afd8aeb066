import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { WebSocket, WebSocketServer } from 'ws';

/** CPU time of the parts that every join needs, µs. */
export interface JoinFloor {
  /**
   * CPU time of an upgrade, by plain TCP in Rust (`bareUpgrade`), and by the WebSocket client of
   * the load generator.
   */
  bareUpgrade: number;
  upgrade: number;
  stun: number;
  dtls: number;
}

const PROGRAM = join(import.meta.dirname, '../packages/webrtc/crate/target/release/join-floor');
const JOINS = 400;

/** Measures the floor of a join: join-floor.rs, and upgrades by `ws`. */
export const joinFloor = async (): Promise<JoinFloor> => {
  const { stdout } = await promisify(execFile)(PROGRAM, ['--joins', String(JOINS)]);
  const rust = JSON.parse(stdout) as Record<
    'webSocketMicros' | 'stunMicros' | 'dtlsMicros',
    number
  >;
  return {
    bareUpgrade: rust.webSocketMicros,
    upgrade: await upgradeMicros(),
    stun: rust.stunMicros,
    dtls: rust.dtlsMicros,
  };
};

/** CPU time of this thread for one upgrade, µs; the server has another thread. */
const upgradeMicros = async (): Promise<number> => {
  const server = new Worker(new URL(import.meta.url));
  const [port] = (await once(server, 'message')) as [number];
  const sockets: WebSocket[] = [];
  const upgrade = async (): Promise<void> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
    await once(socket, 'open');
    sockets.push(socket);
  };
  for (let i = 0; i < JOINS; i++) await upgrade();
  const before = process.threadCpuUsage();
  for (let i = 0; i < JOINS; i++) await upgrade();
  const { user, system } = process.threadCpuUsage(before);
  for (const socket of sockets) socket.terminate();
  await server.terminate();
  return (user + system) / JOINS;
};

if (!isMainThread) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('listening', () => parentPort?.postMessage((server.address() as AddressInfo).port));
}
