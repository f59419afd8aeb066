import { readFileSync } from 'node:fs';

/** What the kernel lets this host and this process open. */
export interface SystemLimits {
  /** Hard limit of open files per process: Node raises its soft limit to it when it starts. Infinity when unlimited or unknown. */
  openFiles: number;
  /** Local ports that sockets get automatically: each address has this many for UDP and as many for TCP. */
  localPorts: number;
}

/** One participant's sockets. */
export interface SocketNeed {
  udp: number;
  tcp: number;
}

/** Every PeerConnection binds its own UDP port (the server distinguishes participants by it); signalling is one TCP connection. */
export const socketNeed = (signalling: 'auto' | 'v0' | 'v1'): SocketNeed => ({
  // `auto` may fall back to two PeerConnections on an older server.
  udp: signalling === 'v1' ? 1 : 2,
  tcp: 1,
});

/** What a worker opens besides sockets of participants: Node's own, the pump's, IPC, logs, and modules while they load. */
export const DESCRIPTORS_PER_WORKER = 128;

/** Where Linux does not say, nothing is assumed: a limit that is hit shows as failed joins with the kernel's own words. */
export const readSystemLimits = (): SystemLimits => ({
  openFiles: parseOpenFiles(read('/proc/self/limits')),
  localPorts: parsePortRange(read('/proc/sys/net/ipv4/ip_local_port_range')),
});

/** @param text of /proc/PID/limits: the hard limit is the third column of "Max open files". */
export const parseOpenFiles = (text: string): number => {
  const hard = /^Max open files\s+\S+\s+(\d+|unlimited)/m.exec(text)?.[1];
  return hard === undefined || hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
};

/** @param text of ip_local_port_range: first and last port. */
export const parsePortRange = (text: string): number => {
  const [, first, last] = /^\s*(\d+)\s+(\d+)/.exec(text) ?? [];
  return first === undefined || last === undefined
    ? Number.POSITIVE_INFINITY
    : Number(last) - Number(first) + 1;
};

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
