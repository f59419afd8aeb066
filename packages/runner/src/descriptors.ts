import { readFileSync } from 'node:fs';

/** Limits of the kernel for this host and this process. */
export interface SystemLimits {
  /**
   * Hard limit of open files per process, to which Node raises its soft limit when it starts;
   * infinite if there is no limit or it is unknown.
   */
  openFiles: number;
  /**
   * Number of local ports that are assigned automatically: each address has this many for UDP and
   * as many for TCP.
   */
  localPorts: number;
}

/** Number of sockets of one participant. */
export interface SocketNeed {
  udp: number;
  tcp: number;
}

/**
 * Sockets that a participant needs: every PeerConnection has its own UDP port, by which the server
 * distinguishes participants; signalling is one TCP connection.
 */
export const socketNeed = (signalling: 'auto' | 'v0' | 'v1'): SocketNeed => ({
  // With `auto`, an older server may require two PeerConnections.
  udp: signalling === 'v1' ? 1 : 2,
  tcp: 1,
});

/**
 * Descriptors that a worker needs besides the sockets of participants: for Node, the pump, IPC,
 * logs, and modules while they load.
 */
export const DESCRIPTORS_PER_WORKER = 128;

/**
 * Reads the limits of this host. A limit that cannot be read counts as infinite: if it is reached,
 * joins fail with the message of the kernel.
 */
export const readSystemLimits = (): SystemLimits => ({
  openFiles: parseOpenFiles(read('/proc/self/limits')),
  localPorts: parsePortRange(read('/proc/sys/net/ipv4/ip_local_port_range')),
});

/**
 * Hard limit of open files: the third column of "Max open files".
 * @param text content of /proc/PID/limits
 */
export const parseOpenFiles = (text: string): number => {
  const hard = /^Max open files\s+\S+\s+(\d+|unlimited)/m.exec(text)?.[1];
  return hard === undefined || hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
};

/**
 * Number of ports in a range.
 * @param text content of ip_local_port_range: first and last port
 */
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
