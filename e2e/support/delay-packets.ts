/** Packets of a server on this host that arrive late: the kernel hands them to swarm-impair. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { identifyProcess } from '@livekit-swarm/host';
import { impairProgram } from '@livekit-swarm/webrtc';

const exec = promisify(execFile);

/** Packets by the bytes that arrive after the header of UDP, which has 64 bits. */
const PACKETS = {
  /**
   * Success responses of the server (RFC 8489 §5). Late requests would also keep the server from
   * DTLS: it begins when it knows the pair that the client nominates.
   */
  ice: (ports: string) => `udp sport ${ports} @th,64,16 0x0101 @th,96,32 0x2112a442`,
  /** Packets to the server, by their first byte (RFC 7983 §7). */
  dtls: (ports: string) => `udp dport ${ports} @th,64,8 20-63`,
  /** Everything that participants send to the server by UDP, media above all. */
  uplink: (ports: string) => `udp dport ${ports}`,
} as const;

/**
 * Delays packets of one kind between participants and the media ports of a server, until it is
 * disposed of.
 */
export const delayPackets = async (
  kind: keyof typeof PACKETS,
  ms: number,
  { udpFirst, udpLast }: { udpFirst: number; udpLast: number },
): Promise<AsyncDisposable> => {
  const id = `late${randomBytes(4).toString('hex')}`;
  const table = `swarm_${id}`;
  const owner = identifyProcess(process.pid);
  if (owner === null) throw new Error('the start time of this process cannot be read');
  const match = PACKETS[kind](`${udpFirst}-${udpLast}`);
  await using stack = new AsyncDisposableStack();
  await exec('nft', [
    `table ip ${table} { chain queued { }; chain arriving { type filter hook input priority -10; policy accept; ${match} jump queued; }; }`,
  ]);
  // Each is undone even if the other cannot be, or if the program does not start.
  stack.defer(async () => void (await exec(impairProgram(), ['stop', '--id', id])));
  stack.defer(async () => void (await exec('nft', ['delete', 'table', 'ip', table])));
  const place = ['--id', id, '--table', table, '--chain', 'queued'];
  await exec(impairProgram(), [
    'start',
    ...place,
    ...['--owner', `${owner.pid}:${owner.startedAt}`, '--delay-us', String(ms * 1_000)],
  ]);
  return stack.move();
};
