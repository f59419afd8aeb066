import { expect, it } from 'vitest';
import type { Evidence, Finding } from '../diagnose/finding.ts';
import { evidenceText, findingText } from './finding-text.ts';

const PARTICIPANT = { type: 'participant', sid: 'PA_1', identity: 'ben', path: 'udp' } as const;
const NODE = { type: 'node', node: 'ND_1', path: null } as const;
const finding = (rest: Partial<Finding>): Finding =>
  ({
    leg: 'sender_uplink',
    subject: PARTICIPANT,
    loss: 0.081,
    confidence: 'high',
    evidence: [],
    ...rest,
  }) as Finding;
const ofNode = (direction: 'up' | 'down', path: string | null = null): Evidence => ({
  code: 'sessions_of_node',
  direction,
  impaired: 4,
  of: 5,
  rooms: 2,
  path,
});

it.each([
  [finding({}), "sender's uplink: ben, 8.1 % of packets lost"],
  [
    finding({ leg: 'receiver_downlink', loss: 0.25 }),
    "receiver's downlink: ben, 25 % of packets lost",
  ],
  [finding({ leg: 'device', loss: null }), 'device: ben, too slow for its media'],
  [
    finding({ leg: 'node', subject: NODE, evidence: [ofNode('up')] }),
    'node: ND_1, 8.1 % of packets lost on the way to it',
  ],
  [
    finding({
      leg: 'node',
      subject: { ...NODE, path: 'relay_tls' },
      evidence: [ofNode('down', 'relay_tls')],
    }),
    'node: ND_1 by relay_tls, 8.1 % of packets lost on the way from it',
  ],
  [finding({ leg: 'unknown' }), 'unknown leg: ben, 8.1 % of packets lost'],
])('renders a finding as text', (given, text) => {
  expect(findingText(given)).toBe(text);
});

it.each<[Evidence, string]>([
  [
    { code: 'node_missed_packets', lost: 80, packets: 1_000 },
    'the node missed 80 of 1,000 packets that it sent',
  ],
  [
    { code: 'node_received_packets', lost: 2, packets: 1_000 },
    'the node missed 2 of 1,000 packets of its sender',
  ],
  [{ code: 'receivers_of_sender', impaired: 3, of: 3 }, '3 of 3 receivers lost its packets'],
  [{ code: 'senders_at_receiver', impaired: 2, of: 2 }, 'packets of 2 of 2 senders were lost'],
  [
    { code: 'other_receivers', impaired: 0, of: 4 },
    "of the same senders' media at other receivers, 0 of 4 were impaired",
  ],
  [ofNode('down'), '4 of 5 sessions of the node received with loss, in 2 rooms'],
  [
    ofNode('up', 'relay_tls'),
    '4 of 5 sessions of the node by relay_tls sent with loss, in 2 rooms',
  ],
  [{ code: 'sessions_of_other_paths', impaired: 0, of: 3 }, '0 of 3 sessions by other paths'],
  [{ code: 'frames_dropped', dropped: 50, frames: 250 }, '50 of 250 frames were dropped'],
  [{ code: 'limited_by_cpu', seconds: 6, of: 10 }, 'limited by its CPU for 6.0 s of 10.0 s'],
  [{ code: 'codec_time', seconds: 9, of: 10 }, 'its codecs took 9.0 s in 10.0 s'],
  [
    { code: 'slow_codec', msPerFrame: 10.14, others: 0.4 },
    'a frame took 10.1 ms to decode, and 0.4 ms at other receivers of the same video',
  ],
  [
    { code: 'frozen_without_loss', seconds: 2, of: 20 },
    'video froze for 2.0 s of 20.0 s without loss',
  ],
  [
    { code: 'concealed_without_loss', samples: 48_000, of: 480_000 },
    '10 % of audio was concealed without loss',
  ],
])('renders evidence as text', (given, text) => {
  expect(evidenceText(given)).toBe(text);
});
