import {
  isStalled,
  lossOf,
  type ParticipantHistory,
  type ParticipantView,
} from '@livekit-swarm/analysis';
import type { JoinPhases, TrackResult } from '@livekit-swarm/record';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { clock, formatMs, formatShare, preciseClock } from '../format.ts';
import { outcomeText } from '../run/tables.ts';
import type { TableData } from '../text-layout.ts';
import { eventDetailText, participantEventText } from './phrases.ts';

/** Connection of a participant; facts that the record does not have are left out. */
export const connectionFacts = (participant: ParticipantHistory): [string, string][] => {
  const { engine, node, backend, addressFamily, phases, attempts, pair, expectedTracks } =
    participant.detail;
  return [
    ...(engine === 'native' ? [] : [['engine', engine] as [string, string]]),
    ...(pair === null
      ? []
      : ([
          ['path', `${pair.path}${addressFamily === null ? '' : `, IPv${addressFamily}`}`],
          [
            'candidates',
            `${pair.localCandidate} to ${pair.remoteCandidate}, ${pair.protocol.toUpperCase()}`,
          ],
          ...(pair.allocationMs === undefined
            ? []
            : [['allocation at the relay', formatMs(pair.allocationMs)]]),
        ] as [string, string][])),
    ...(node === null ? [] : [['node', node] as [string, string]]),
    ...(backend === null ? [] : [['backend', backend] as [string, string]]),
    ...(phases === null ? [] : [['join', phasesText(phases, attempts)] as [string, string]]),
    ...(expectedTracks === null
      ? []
      : [
          [
            'tracks to receive',
            `${formatNumber(expectedTracks.audio)} audio, ${formatNumber(expectedTracks.video)} video`,
          ] as [string, string],
        ]),
  ];
};

/** `85 ms: signal 20 ms, ICE 60 ms, DTLS 70 ms`: each from the scheduled join. */
const phasesText = (
  { token, signal, ice, dtls, joined }: JoinPhases,
  attempts: number | null,
): string => {
  const named: [string, number | undefined][] = [
    ['token', token],
    ['signal', signal],
    ['ICE', ice],
    ['DTLS', dtls],
  ];
  const known = named.flatMap(([name, ms]) =>
    ms === undefined ? [] : [`${name} ${formatMs(ms)}`],
  );
  const tried = (attempts ?? 1) > 1 ? `, attempt ${formatNumber(attempts ?? 1)}` : '';
  return `${formatMs(joined)}${known.length === 0 ? '' : `: ${known.join(', ')}`}${tried}`;
};

/** Figures of the whole session. */
export const sessionFacts = (participant: ParticipantHistory): [string, string][] => [
  [
    'outcome',
    `${outcomeText(participant)}${participant.reason === null ? '' : `, ${participant.reason}`}`,
  ],
  ['scheduled join', clock(participant.scheduledAt)],
  ['join time', formatMs(participant.joinTimeMs)],
  ['first media', formatMs(participant.firstMediaMs)],
  ['missing tracks', formatNumber(participant.missing)],
  ['stalled tracks', formatNumber(participant.stalled)],
  ['loss', formatShare(participant.loss)],
  ['jitter', formatMs(participant.jitterMs)],
  ['latency p95', formatMs(participant.latencyP95Ms)],
  [
    'interruptions',
    participant.interruptions === 0
      ? '0'
      : `${formatNumber(participant.interruptions)}, ${formatMs(participant.interruptionMs)} in all, the longest ${formatMs(participant.longestInterruptionMs)}`,
  ],
  ['reconnects', formatNumber(participant.reconnects)],
];

/** Tracks that the participant sent and received, the most affected first. */
export const trackTable = ({ detail: { tracks } }: ParticipantHistory): TableData => ({
  head: [
    'track',
    'publisher',
    'packets',
    'loss',
    'jitter',
    'latency p50',
    'p95',
    'max',
    'interrupted',
    'at the end',
  ],
  rows: tracks.map((track) => [
    trackName(track),
    track.direction === 'up' ? 'itself' : (track.publisher ?? '–'),
    formatNumber(track.packets),
    formatShare(lossOf(track)),
    formatMs(track.jitterMs),
    formatMs(track.latencyP50Ms),
    formatMs(track.latencyP95Ms),
    formatMs(track.latencyMaxMs),
    track.interruptions === 0
      ? '–'
      : `${formatNumber(track.interruptions)} × ${formatMs(track.longestInterruptionMs)}`,
    track.rejected === true ? 'rejected' : isStalled(track) ? 'stopped' : '–',
  ]),
  left: [0, 1, 9],
});

/** `↓ video vp8 screen 720p`. */
const trackName = ({ direction, kind, codec, source, layer, height }: TrackResult): string =>
  [
    direction === 'down' ? '↓' : '↑',
    kind,
    codec === kind ? null : codec,
    source === undefined || source === 'camera' ? null : source,
    layer === undefined ? null : `layer ${layer}`,
    height > 0 ? `${formatNumber(height)}p` : null,
  ]
    .filter((part) => part !== null)
    .join(' ');

/** Events in order of time. */
export const eventTable = ({ events }: ParticipantHistory): TableData => ({
  head: ['time', 'event', 'details'],
  rows: events.map((event) => [
    preciseClock(event.at),
    participantEventText(event),
    eventDetailText(event),
  ]),
  left: [0, 1, 2],
});

/** Others in the room, the most affected first. */
export const othersTable = ({ others }: Pick<ParticipantView, 'others'>): TableData => ({
  head: [
    'participant',
    'role',
    'outcome',
    'missing',
    'stalled',
    'loss',
    'latency p95',
    'reconnects',
  ],
  rows: others.map((one) => [
    one.identity,
    one.role,
    outcomeText(one),
    formatNumber(one.missing),
    formatNumber(one.stalled),
    formatShare(one.loss),
    formatMs(one.latencyP95Ms),
    formatNumber(one.reconnects),
  ]),
  left: [0, 1, 2],
});

/** `4 participants, 1 join failed, 2 tracks missing`. */
export const roomText = ({ room }: Pick<ParticipantView, 'room'>): string =>
  [
    plural(room.participants, 'participant'),
    room.joinsFailed > 0 && plural(room.joinsFailed, 'failed join'),
    room.disconnected > 0 && `${formatNumber(room.disconnected)} disconnected`,
    room.missing > 0 && plural(room.missing, 'missing track'),
    room.stalled > 0 && plural(room.stalled, 'stalled track'),
    `loss ${formatShare(room.loss)}`,
  ]
    .filter((part) => part !== false)
    .join(', ');
