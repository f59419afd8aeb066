import type { Evidence, Finding, Leg } from '../diagnose/finding.ts';

/** Names of legs in texts. */
export const LEG_NAMES = {
  sender_uplink: "sender's uplink",
  node: 'node',
  receiver_downlink: "receiver's downlink",
  device: 'device',
  unknown: 'unknown leg',
} as const satisfies Record<Leg | 'unknown', string>;

/** Text of a finding: `sender's uplink: ben, 8.1 % of packets lost`. */
export const findingText = (finding: Finding): string => {
  const { leg, subject, loss } = finding;
  const who =
    subject.type === 'participant'
      ? subject.identity
      : `${subject.node ?? 'of the room'}${subject.path === null ? '' : ` by ${subject.path}`}`;
  const what =
    loss === null
      ? 'too slow for its media'
      : `${percent(loss)} of packets lost${directionText(finding)}`;
  return `${LEG_NAMES[leg]}: ${who}, ${what}`;
};

const directionText = ({ evidence: [first] }: Finding): string => {
  if (first?.code !== 'sessions_of_node') return '';
  return first.direction === 'up' ? ' on the way to it' : ' on the way from it';
};

/** Text of one comparison: a clause. */
export const evidenceText = (evidence: Evidence): string => {
  switch (evidence.code) {
    case 'node_missed_packets':
      return `the node missed ${number(evidence.lost)} of ${number(evidence.packets)} packets that it sent`;
    case 'node_received_packets':
      return `the node missed ${number(evidence.lost)} of ${number(evidence.packets)} packets of its sender`;
    case 'receivers_of_sender':
      return `${evidence.impaired} of ${evidence.of} receivers lost its packets`;
    case 'senders_at_receiver':
      return `packets of ${evidence.impaired} of ${evidence.of} senders were lost`;
    case 'other_receivers':
      return `of the same senders' media at other receivers, ${evidence.impaired} of ${evidence.of} were impaired`;
    case 'sessions_of_node': {
      const verb = evidence.direction === 'up' ? 'sent' : 'received';
      const by = evidence.path === null ? '' : ` by ${evidence.path}`;
      const rooms = `${evidence.rooms} room${evidence.rooms === 1 ? '' : 's'}`;
      return `${evidence.impaired} of ${evidence.of} sessions of the node${by} ${verb} with loss, in ${rooms}`;
    }
    case 'sessions_of_other_paths':
      return `${evidence.impaired} of ${evidence.of} sessions by other paths`;
    case 'frames_dropped':
      return `${number(evidence.dropped)} of ${number(evidence.frames)} frames were dropped`;
    case 'limited_by_cpu':
      return `limited by its CPU for ${seconds(evidence.seconds)} of ${seconds(evidence.of)}`;
    case 'codec_time':
      return `its codecs took ${seconds(evidence.seconds)} in ${seconds(evidence.of)}`;
    case 'slow_codec':
      return `a frame took ${evidence.msPerFrame.toFixed(1)} ms to decode, and ${evidence.others.toFixed(1)} ms at other receivers of the same video`;
    case 'frozen_without_loss':
      return `video froze for ${seconds(evidence.seconds)} of ${seconds(evidence.of)} without loss`;
    case 'concealed_without_loss':
      return `${percent(evidence.samples / evidence.of)} of audio was concealed without loss`;
    default:
      return evidence satisfies never;
  }
};

const number = (value: number): string => Math.round(value).toLocaleString('en');
export const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
const seconds = (value: number): string => `${value.toFixed(1)} s`;
