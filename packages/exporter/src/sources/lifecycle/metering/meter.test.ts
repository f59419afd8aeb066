import type { ReportedNode } from '@livekit-swarm/livekit';
import { ParticipantInfo, Room, WebhookEvent } from 'livekit-server-sdk';
import { describe, expect, it } from 'vitest';
import { createMeter, type ListedRoom } from './meter.ts';
import type { MeteredSession } from './session-meter.ts';

const SECOND = 1_000;
const room = (name: string, participants: number): ListedRoom => ({
  name,
  metadata: '',
  participants,
});

/**
 * Create a webhook. The class of the SDK has a field of its own for the event, which its
 * constructor clears.
 */
const webhook = (
  event: WebhookEvent['event'],
  name: string,
  sid: string,
  joinedAt: number,
  createdAt: number,
): WebhookEvent => {
  const made = new WebhookEvent({
    room: new Room({ name }),
    participant: new ParticipantInfo({ sid, joinedAt: BigInt(joinedAt) }),
    createdAt: BigInt(createdAt),
  });
  made.event = event;
  return made;
};

const node = (id: string, updatedAt: number, packetsOut = 0): ReportedNode => ({
  id,
  ip: '10.0.0.1',
  state: 'serving',
  updatedAt,
  stats: {
    cpuCores: 0,
    memoryBytes: 0,
    rooms: 0,
    clients: 0,
    tracksIn: 0,
    tracksOut: 0,
    bytesIn: 0,
    bytesOut: packetsOut * 156,
    packetsIn: 0,
    packetsOut,
    sysPacketsDropped: 0,
  },
});

const metered = () => {
  const seconds: Record<string, number> = {};
  const bytes: Record<string, number> = {};
  const meter = createMeter({ by: 'prefix', prefixes: ['acme-'] }, 0, {
    minutes: (group, more) => {
      seconds[group] = (seconds[group] ?? 0) + more * 60;
    },
    bytes: (group, direction, more) => {
      bytes[`${group} ${direction}`] = (bytes[`${group} ${direction}`] ?? 0) + more;
    },
  });
  return { meter, seconds, bytes };
};

const none = (): Promise<MeteredSession[]> => Promise.resolve([]);

describe('a meter', () => {
  it('counts the seconds between webhooks', async () => {
    const { meter, seconds } = metered();
    meter.onWebhook(webhook('participant_joined', 'acme-1', 'PA_1', 100, 101));
    meter.onWebhook(webhook('participant_left', 'acme-1', 'PA_1', 100, 160));
    meter.onWebhook(webhook('participant_left', 'other-1', 'PA_2', 100, 130));
    meter.onWebhook(webhook('room_finished', 'acme-1', '', 0, 160));
    await meter.look([], null, none, 200 * SECOND);
    expect(seconds.acme).toBeUndefined();
    expect(seconds['acme-']).toBeCloseTo(60, 9);
    expect(seconds.other).toBeCloseTo(30, 9);
  });

  it('counts up to the last report of the node of a room, and ends with a dead node', async () => {
    const { meter, seconds, bytes } = metered();
    meter.onWebhook(webhook('participant_joined', 'acme-1', 'PA_1', 100, 100));
    const rooms = new Map([['acme-1', 'ND_1']]);
    const list = () => Promise.resolve([{ sid: 'PA_1', joinedAtMs: 100_500 }]);
    const look = (updatedAt: number, atSeconds: number, packets: number) =>
      meter.look(
        [room('acme-1', 1)],
        { rooms, nodes: new Map([['ND_1', node('ND_1', updatedAt, packets)]]) },
        list,
        atSeconds * SECOND,
      );
    await look(110, 111, 0);
    expect(seconds['acme-']).toBeCloseTo(9.5, 9);
    await look(120, 121, 1_000);
    expect(seconds['acme-']).toBeCloseTo(19.5, 9);
    expect(bytes['acme- out']).toBe(1_000 * 200);
    // The participant is still listed, but its node has not reported for longer than LiveKit
    // allows.
    await look(120, 126, 1_000);
    await look(120, 140, 1_000);
    expect(seconds['acme-']).toBeCloseTo(21, 9);
    expect(bytes['acme- out']).toBeCloseTo((1_000 + 350) * 200, 6);
  });

  it('ends a poll when the API does not respond, and lists fifty rooms at most', async () => {
    const { meter } = metered();
    const rooms = Array.from({ length: 120 }, (_, index) => room(`acme-${index}`, 1));
    const asked: string[] = [];
    const listing = (answer: MeteredSession[] | null) => (name: string) => {
      asked.push(name);
      return Promise.resolve(answer);
    };
    await meter.look(rooms, null, listing(null), SECOND);
    expect(asked).toHaveLength(1);
    asked.length = 0;
    for (let look = 0; look < 3; look++) await meter.look(rooms, null, listing([]), SECOND);
    expect(asked).toHaveLength(150);
    expect(new Set(asked).size).toBe(120);
  });
});
