/**
 * Pauses of media by the kernel's own times: nftables remembers when each RTP packet of a lab's
 * nodes arrived at a participant. And packets of one participant that nftables drops for a while.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { holdTable } from '@livekit-swarm/testkit/nft';

const exec = promisify(execFile);

const MINUTES = 10;
const TABLE = 'swarm_media_arrivals';
/** Time without a packet from which on it is a pause, ms: music has one every 20 ms. */
const PAUSE_MS = 400;

/** RTP and no RTCP, STUN or DTLS (RFC 7983 §7, RFC 5761 §4); bits after the start of the UDP header. */
const RTP = '@th,64,2 2 @th,72,8 != 192-223';

export interface MediaClock extends AsyncDisposable {
  /**
   * Time from the last packet before the first pause to the first one after it, ms, by the address
   * of the participant; null: no pause so far.
   */
  pauses(): Promise<ReadonlyMap<string, number | null>>;
  /** Addresses of participants that have sent media to a node in the last seconds. */
  senders(): Promise<ReadonlySet<string>>;
}

/** UDP ports of the nodes of a lab. @param labs folder of the labs */
export const mediaPorts = (labs: string): string => {
  const { facts } = JSON.parse(readFileSync(join(labs, 'lab', 'lab.json'), 'utf8')) as {
    facts: { nodes: { ports: { udpFirst: number; udpLast: number } }[] };
  };
  const ranges = facts.nodes.map(({ ports }) => `${ports.udpFirst}-${ports.udpLast}`);
  return `{ ${ranges.join(', ')} }`;
};

/**
 * Watches media from now on. An element of `before` and `after` expires ten minutes after its packet
 * arrived, which shows when that was; both are listed at one moment. `before` has the last packet,
 * until the first one after a pause is in `after`.
 */
export const startMediaClock = async (ports: string): Promise<MediaClock> => {
  const media = `udp sport ${ports} ${RTP}`;
  const addresses = 'size 1000; flags dynamic,timeout;';
  const held = await holdTable(
    [],
    TABLE,
    `
  set before { typeof ip daddr; ${addresses} timeout ${MINUTES}m; }
  set after { typeof ip daddr; ${addresses} timeout ${MINUTES}m; }
  set recent { typeof ip daddr; ${addresses} timeout ${PAUSE_MS}ms; }
  set senders { typeof ip saddr; ${addresses} timeout 5s; }
  chain arriving {
    type filter hook input priority 0; policy accept;
    ${media} ip daddr @before ip daddr != @recent add @after { ip daddr }
    ${media} ip daddr != @after update @before { ip daddr }
    ${media} update @recent { ip daddr }
    udp dport ${ports} ${RTP} update @senders { ip saddr }
  }`,
  );
  return {
    pauses: async () => {
      const { stdout } = await exec('nft', ['list', 'table', 'inet', TABLE]);
      const before = elementsOf(stdout, 'before');
      const after = elementsOf(stdout, 'after');
      return new Map(
        [...before].map(([address, leftMs]) => {
          const later = after.get(address);
          return [address, later === undefined ? null : later - leftMs];
        }),
      );
    },
    senders: async () => {
      const { stdout } = await exec('nft', ['list', 'table', 'inet', TABLE]);
      return new Set(elementsOf(stdout, 'senders').keys());
    },
    [Symbol.asyncDispose]: held.release,
  };
};

/** Time until each element of a set expires, ms. */
const elementsOf = (table: string, set: string): Map<string, number> => {
  const [, body = ''] = new RegExp(`set ${set} \\{([\\s\\S]*?)\\n\\t\\}`).exec(table) ?? [];
  return new Map(
    [...body.matchAll(/(127[\d.]+) [^,}]*?expires (?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?/g)].map(
      ([, address = '', minutes = 0, seconds = 0, ms = 0]) => [
        address,
        Number(minutes) * 60_000 + Number(seconds) * 1_000 + Number(ms),
      ],
    ),
  );
};

/**
 * Drops the media of one participant for this long; STUN, DTLS and RTCP pass.
 * @param direction up: from the participant to the node
 */
export const dropMedia = async (
  ports: string,
  direction: 'up' | 'down',
  address: string,
  forMs: number,
): Promise<void> => {
  const who =
    direction === 'up' ? `ip saddr ${address} udp dport` : `ip daddr ${address} udp sport`;
  const held = await holdTable(
    [],
    'swarm_media_lost',
    `chain arriving {
    type filter hook input priority -10; policy accept;
    ${who} ${ports} ${RTP} drop
  }`,
  );
  await sleep(forMs);
  await held.release();
};
