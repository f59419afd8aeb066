import { describe, expect, it } from 'vitest';
import { diagnose } from './diagnose.ts';
import { NO_COUNTS, type ObservedSession, type ObservedStream } from './observation.ts';

const PACKETS = 1_000;

/** Deviations of a participant of a test's room from healthy links. */
interface Planted {
  /** Share of packets lost on the uplink, 0 … 1. */
  up?: number;
  /** Share of packets lost on the downlink, 0 … 1. */
  down?: number;
  /** The page has no beacon, so that the participant sends no reports. */
  silent?: true;
  /** The participant publishes nothing. */
  watches?: true;
  path?: string;
  /** Node that the page names, in place of the node of the room. */
  node?: string;
  sent?: Partial<ObservedStream>;
  received?: Partial<ObservedStream>;
}

interface PlantedRoom {
  room?: string;
  node?: string | null;
  participants: Record<string, Planted>;
}

const stream = (values: Partial<ObservedStream>): ObservedStream => ({
  direction: 'down',
  kind: 'video',
  publisher: null,
  ...NO_COUNTS,
  expectedSeconds: 10,
  frames: 250,
  ...values,
});

/** Reports of the pages of a room. The links of a packet lose their shares one after the other. */
const reportsOf = ({ room = 'a', node = 'ND_1', participants }: PlantedRoom): ObservedSession[] =>
  Object.entries(participants).flatMap(
    ([identity, { silent, down = 0, path = 'udp', node: claimed, ...own }]) => {
      if (silent) return [];
      const lostUp = Math.round(PACKETS * (own.up ?? 0));
      const sent = stream({
        direction: 'up',
        publisher: `${room}/${identity}`,
        packets: PACKETS,
        lost: lostUp,
        ...own.sent,
      });
      const received = Object.entries(participants).flatMap(([sender, { up = 0, watches }]) => {
        if (sender === identity || watches) return [];
        const packets = Math.round(PACKETS * (1 - up) * (1 - down));
        return [
          stream({
            publisher: `${room}/${sender}`,
            packets,
            lost: PACKETS - packets,
            ...own.received,
          }),
        ];
      });
      const streams = [...(own.watches ? [] : [sent]), ...received];
      return [{ sid: `${room}/${identity}`, identity, room, node: claimed ?? node, path, streams }];
    },
  );

const found = (...rooms: PlantedRoom[]): string[] =>
  diagnose(rooms.flatMap(reportsOf)).map(({ leg, subject, confidence }) => {
    const who = subject.type === 'node' ? (subject.path ?? subject.node) : subject.identity;
    // Without a beacon, only the SID of a participant is known.
    return `${leg} ${who?.replace(/^.\//, '')} ${confidence}`;
  });

const THREE = { anna: {}, ben: {}, carla: {} };
const NEIGHBOURS: PlantedRoom = { room: 'b', participants: { dora: {}, emil: {} } };

describe('diagnose finds', () => {
  it('nothing if no packet is lost', () => {
    expect(found({ participants: THREE }, NEIGHBOURS)).toEqual([]);
  });

  it('nothing in a room with one participant or none', () => {
    expect(found({ participants: { anna: {} } })).toEqual([]);
    expect(found()).toEqual([]);
  });

  it('the uplink of a sender whose packets the node missed', () => {
    const room = { participants: { ...THREE, ben: { up: 0.08 } } };
    expect(found(room)).toEqual(['sender_uplink ben high']);
    expect(found(room, NEIGHBOURS)).toEqual(['sender_uplink ben high']);
  });

  it('a lossy uplink if retransmissions hide the loss from receivers', () => {
    const sessions = reportsOf({ participants: { ...THREE, ben: { up: 0.08 } } }).map(
      (session) => ({
        ...session,
        streams: session.streams.map((one) =>
          one.direction === 'down' ? { ...one, lost: 0 } : one,
        ),
      }),
    );
    expect(diagnose(sessions)).toMatchObject([
      {
        leg: 'sender_uplink',
        loss: 0.08,
        evidence: [
          { code: 'node_missed_packets', lost: 80, packets: 1_000 },
          { code: 'receivers_of_sender', impaired: 0, of: 2 },
          { code: 'sessions_of_node', impaired: 1, of: 3 },
        ],
      },
    ]);
  });

  it('a lossy uplink by its retransmissions, if the node received every packet', () => {
    const repaired = { sent: { lost: 1, recovered: 80, packets: 1_080 } };
    expect(found({ participants: { ...THREE, ben: repaired } })).toEqual([
      'sender_uplink ben high',
    ]);
  });

  it('a lossy uplink by audio, if video was recovered for all receivers', () => {
    const sessions = reportsOf({ participants: THREE }).map((session) => {
      const audio = stream({
        kind: 'audio',
        packets: 460,
        lost: 40,
        frames: 0,
        publisher: 'a/ben',
      });
      const isBen = session.identity === 'ben';
      const own = { ...audio, direction: 'up' as const, packets: 500 };
      return { ...session, streams: [...session.streams, isBen ? own : audio] };
    });
    expect(diagnose(sessions)).toMatchObject([
      { leg: 'sender_uplink', subject: { identity: 'ben' }, loss: 0.08, confidence: 'high' },
    ]);
  });

  it('the uplink of a sender without a beacon, as its receivers lose only its packets', () => {
    const room = { participants: { ...THREE, ben: { up: 0.08, silent: true as const } } };
    expect(found(room)).toEqual(['sender_uplink ben high']);
  });

  it('the downlink of a receiver that misses packets of all of its senders', () => {
    const room = { participants: { ...THREE, anna: { down: 0.05 } } };
    expect(found(room)).toEqual(['receiver_downlink anna high']);
    expect(diagnose(reportsOf(room))).toMatchObject([
      {
        loss: 0.05,
        evidence: [
          { code: 'senders_at_receiver', impaired: 2, of: 2 },
          { code: 'node_received_packets', lost: 0, packets: 1_000 },
          { code: 'other_receivers', impaired: 0, of: 2 },
          { code: 'sessions_of_node', direction: 'down', impaired: 1, of: 3 },
        ],
      },
    ]);
  });

  it('the downlink in a room of two, as the node received what the receiver missed', () => {
    expect(found({ participants: { anna: { down: 0.05 }, ben: {} } })).toEqual([
      'receiver_downlink anna high',
    ]);
  });

  it('both links of a participant whose access network loses packets in both directions', () => {
    expect(found({ participants: { ...THREE, anna: { up: 0.06, down: 0.06 } } })).toEqual([
      'sender_uplink anna high',
      'receiver_downlink anna high',
    ]);
  });

  it('the uplink of one participant and the downlink of another at the same time', () => {
    expect(
      found({ participants: { anna: { down: 0.05 }, ben: { up: 0.1 }, carla: {}, dora: {} } }),
    ).toEqual(['sender_uplink ben high', 'receiver_downlink anna high']);
  });

  it('the node whose sessions in several rooms lose packets at the same time', () => {
    const lossy = { down: 0.08 };
    expect(
      found(
        { participants: { anna: lossy, ben: lossy, carla: lossy } },
        { room: 'b', participants: { dora: lossy, emil: lossy } },
        { room: 'c', node: 'ND_2', participants: THREE },
      ),
    ).toEqual(['node ND_1 high']);
  });

  it('the node that most sessions of a room name, if one page names another', () => {
    const lossy = { down: 0.08 };
    const claims = { ...lossy, node: 'ND_2' };
    expect(
      found(
        { participants: { anna: lossy, ben: lossy, carla: claims } },
        { room: 'b', participants: { dora: lossy, emil: lossy } },
        { room: 'c', node: 'ND_2', participants: THREE },
      ),
    ).toEqual(['node ND_1 high']);
  });

  it('the node in both directions', () => {
    const lossy = { down: 0.08, up: 0.08 };
    const all = diagnose(
      ['a', 'b'].flatMap((room) =>
        reportsOf({ room, participants: { [`${room}1`]: lossy, [`${room}2`]: lossy } }),
      ),
    );
    expect(all.map(({ leg }) => leg)).toEqual(['node', 'node']);
    expect(all.map(({ evidence: [first] }) => first)).toMatchObject([
      { code: 'sessions_of_node', direction: 'up', impaired: 4, of: 4, rooms: 2 },
      { code: 'sessions_of_node', direction: 'down', impaired: 4, of: 4, rooms: 2 },
    ]);
  });

  it('the path to a node, if sessions by other paths lose nothing', () => {
    const relayed = { down: 0.1, path: 'relay_tls' };
    expect(
      found(
        { participants: { ...THREE, dora: relayed, emil: relayed } },
        { room: 'b', participants: { finn: relayed, gina: {} } },
      ),
    ).toEqual(['node relay_tls high']);
  });

  it('a receiver that loses more packets than its node', () => {
    const lossy = { down: 0.04 };
    expect(
      found(
        { participants: { anna: { down: 0.3 }, ben: lossy, carla: lossy } },
        { room: 'b', participants: { dora: lossy, emil: lossy } },
      ),
    ).toEqual(['node ND_1 high', 'receiver_downlink anna high']);
  });

  it.each([
    ['that drops frames', { received: { frames: 200, framesDropped: 50 } }],
    ['that its CPU limits', { sent: { cpuLimitedSeconds: 6 } }],
    ['whose codecs need a whole core', { received: { codecSeconds: 5 } }],
  ])('a device %s', (_, planted) => {
    expect(found({ participants: { ...THREE, anna: planted } })).toEqual(['device anna high']);
  });

  it('a device that decodes the same video much slower than others and is busy', () => {
    const slow = { sent: { codecSeconds: 2 }, received: { codecSeconds: 1.5 } };
    const usual = { sent: { codecSeconds: 0.2 }, received: { codecSeconds: 0.1 } };
    const others = { ben: usual, carla: usual };
    expect(found({ participants: { anna: slow, ...others } })).toEqual(['device anna low']);
    const frozen = { ...slow, received: { codecSeconds: 1.5, freezeSeconds: 2 } };
    expect(found({ participants: { anna: frozen, ...others } })).toEqual(['device anna high']);
    // Decoding that is three times slower counts only if encoding is much slower, too.
    const both = { sent: { codecSeconds: 2 }, received: { codecSeconds: 0.4 } };
    expect(found({ participants: { anna: both, ...others } })).toEqual(['device anna low']);
    const half = { sent: { codecSeconds: 1 }, received: { codecSeconds: 0.55 } };
    expect(found({ participants: { anna: half, ...others } })).toEqual([]);
    // The device is slower than others, and fast enough.
    const idle = { sent: { codecSeconds: 0.2 }, received: { codecSeconds: 0.65 } };
    expect(found({ participants: { anna: idle, ...others } })).toEqual([]);
    // All devices are equally busy.
    expect(found({ participants: { anna: slow, ben: slow, carla: slow } })).toEqual([]);
  });

  it('a device whose video freezes without loss, if video of others does not', () => {
    const frozen = { received: { freezeSeconds: 2 } };
    expect(found({ participants: { ...THREE, anna: frozen } })).toEqual(['device anna low']);
    expect(found({ participants: { anna: frozen, ben: frozen, carla: frozen } })).toEqual([]);
    const worse = { received: { freezeSeconds: 7 } };
    expect(found({ participants: { anna: worse, ben: frozen, carla: frozen } })).toEqual([
      'device anna low',
    ]);
  });

  it('no device if loss explains the freezes', () => {
    const frozen = { down: 0.08, received: { freezeSeconds: 2 } };
    expect(found({ participants: { ...THREE, anna: frozen } })).toEqual([
      'receiver_downlink anna high',
    ]);
  });
});

describe('diagnose is not certain', () => {
  it('between the downlinks of one room and its node: the node is more likely', () => {
    const lossy = { down: 0.08 };
    expect(found({ participants: { anna: lossy, ben: lossy, carla: lossy } })).toEqual([
      'node ND_1 low',
    ]);
  });

  it('about the uplink of the only sender on a node', () => {
    const room = { participants: { ben: { up: 0.08 }, anna: { watches: true as const } } };
    expect(found(room)).toEqual(['sender_uplink ben low']);
  });

  it('about a presenter without a beacon, the only sender of its receivers', () => {
    const watches = { watches: true as const };
    const room = {
      participants: {
        ben: { up: 0.08, silent: true as const },
        anna: watches,
        carla: watches,
        dora: watches,
      },
    };
    expect(found(room)).toEqual(['unknown anna low', 'unknown carla low', 'unknown dora low']);
    // Receivers in another room without loss exclude the node.
    expect(found(room, NEIGHBOURS)).toEqual(['sender_uplink ben low']);
  });

  it('about a room of two in which only one participant reports', () => {
    const room = { participants: { anna: { down: 0.08 }, ben: { silent: true as const } } };
    expect(found(room)).toEqual(['unknown anna low']);
  });
});

describe('diagnose ignores', () => {
  it('a few lost packets, and a share of loss that healthy networks have', () => {
    expect(found({ participants: { ...THREE, anna: { down: 0.012 } } })).toEqual([]);
    const short = reportsOf({ participants: { ...THREE, anna: { down: 0.5 } } }).map((session) => ({
      ...session,
      streams: session.streams.map((one) => ({
        ...one,
        packets: one.packets / 20,
        lost: one.lost / 20,
      })),
    }));
    expect(diagnose(short)).toEqual([]);
  });

  it('sessions of another node, or of an unknown one, in comparisons', () => {
    const room = { node: null, participants: { ...THREE, anna: { down: 0.05 } } };
    expect(found(room, { ...NEIGHBOURS, node: null })).toEqual(['receiver_downlink anna high']);
    const lossy = { down: 0.08 };
    const one = (room: string): PlantedRoom => ({
      room,
      node: null,
      participants: { [`${room}1`]: lossy, [`${room}2`]: {} },
    });
    expect(found(one('a'), one('b'))).toEqual([
      'receiver_downlink a1 high',
      'receiver_downlink b1 high',
    ]);
  });
});
