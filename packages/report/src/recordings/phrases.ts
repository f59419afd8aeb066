import {
  type AvOffset,
  type Defect,
  durationOf,
  type JudgedRecording,
  type TrackKind,
} from '@livekit-swarm/recordings';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { formatBytes, formatMs, formatTime, shorten } from '../format.ts';
import type { TableData } from '../text-layout.ts';
import type { RecordingsResult } from './recordings-result.ts';

/** Names in a list of missing segments; the others are counted. */
const MOST_NAMES = 5;
/** Length of a message of ffmpeg, characters. */
const MESSAGE = 120;

/** Sentence on a defect; times count from the beginning of the recording. */
export const defectText = (defect: Defect): string => {
  switch (defect.code) {
    case 'missing':
      return 'there is no such file';
    case 'empty':
      return 'it is empty: 0 bytes';
    case 'unreadable':
      return `it cannot be read: ${defect.detail}`;
    case 'truncated':
      return `it is truncated: it states ${formatMs(defect.statedMs)}, and holds ${formatMs(defect.actualMs)}`;
    case 'wrong_duration':
      return `it holds ${formatMs(defect.actualMs)}, and ${formatMs(defect.expectedMs)} were published: ${formatMs(Math.abs(defect.actualMs - defect.expectedMs))} ${defect.actualMs < defect.expectedMs ? 'are missing' : 'too many'}`;
    case 'missing_track':
      return `${defect.kind} is missing`;
    case 'short_track':
      return `${defect.kind} begins ${formatMs(defect.lateMs)} after the recording, and ends ${formatMs(defect.earlyMs)} before its end`;
    case 'wrong_codec':
      return `${defect.kind} is ${defect.codec}, which was not asked for`;
    case 'gap':
      return `${spanText(defect)}: no ${defect.kind} for ${formatMs(defect.toMs - defect.fromMs)}`;
    case 'av_offset':
      return `audio is ${formatMs(Math.abs(defect.offsetMs))} ${defect.offsetMs > 0 ? 'behind' : 'ahead of'} video`;
    case 'black':
      return `${spanText(defect)}: the picture is black`;
    case 'silent':
      return `${spanText(defect)}: there is no sound`;
    case 'damaged':
      return `${plural(defect.count, 'complaint')} of ffmpeg, the first: ${shorten(defect.first, MESSAGE)}`;
    case 'missing_segments':
      return `${plural(defect.names.length, 'segment')} of the playlist not there, or empty: ${namesText(defect.names)}`;
    case 'refused':
      return `the request was refused: ${defect.message}`;
    case 'not_started':
      return `egress was not active within ${formatMs(defect.waitedMs)}`;
    case 'ended_early':
      return `egress ended ${formatMs(defect.afterMs)} after it was active, before it was stopped`;
    case 'not_complete':
      return `egress ended as ${defect.state}${defect.error === null ? '' : `: ${defect.error}`}`;
    case 'not_ended':
      return `egress was still ${defect.state} ${formatMs(defect.waitedMs)} later: its worker may be gone`;
    case 'unfinished_playlist':
      return 'the playlist has no end (EXT-X-ENDLIST)';
  }
};

const spanText = ({ fromMs, toMs }: { fromMs: number; toMs: number }): string =>
  `${formatTime(Math.max(0, fromMs))} to ${formatTime(toMs)}`;

const namesText = (names: readonly string[]): string => {
  const more = names.length - MOST_NAMES;
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return more > 0 ? `${shown} and ${formatNumber(more)} more` : shown;
};

/** Defects of files without contents. */
const UNREAD: ReadonlySet<Defect['code']> = new Set(['missing', 'empty', 'unreadable']);

/** Times of an egress, and what the service states of itself; null: the file was given. */
export const egressText = ({ egress }: JudgedRecording): string | null => {
  if (egress === null) return null;
  const { source, requestedAtMs, activeAtMs, stoppedAtMs, endedAtMs, state, details } = egress;
  return [
    `${source.kind} of ${source.room}: ${state ?? 'refused'}`,
    ...(activeAtMs === null ? [] : [`active after ${formatMs(activeAtMs - requestedAtMs)}`]),
    ...(stoppedAtMs === null || endedAtMs === null
      ? []
      : [`over ${formatMs(endedAtMs - stoppedAtMs)} after the stop`]),
    ...(details === null ? [] : [details]),
  ].join(', ');
};

/** Contents of a recording in a line. */
export const factsText = ({ facts, egress, defects, unread }: JudgedRecording): string =>
  facts === null
    ? (egress === null && unread === null) || defects.some(({ code }) => UNREAD.has(code))
      ? 'nothing'
      : 'not read'
    : [
        formatTime(durationOf(facts)),
        facts.tracks.map(({ kind, codec }) => `${kind} ${codec}`).join(', '),
        formatBytes(facts.bytes),
        ...(facts.segments === null ? [] : [plural(facts.segments.listed, 'segment')]),
        ...(facts.avOffset === null ? [] : [offsetText(facts.avOffset)]),
      ].join(', ');

const offsetText = ({ firstMs, lastMs, periodMs }: AvOffset): string =>
  `audio behind video by ${formatMs(firstMs)} at first, ${formatMs(lastMs)} at last (or a multiple of ${formatMs(periodMs)} more)`;

/** Sentence on what could not be judged; null: everything was. */
export const unjudgedText = ({ facts, expected, unread }: JudgedRecording): string | null => {
  if (unread !== null) return `not judged: ${unread}`;
  if (facts === null) return null;
  const kinds = new Set<TrackKind>(facts.tracks.map(({ kind }) => kind));
  const missing = [
    ...(expected.publishedMs === null ? ['the duration'] : []),
    ...(expected.kinds === null ? ['whether a track is missing'] : []),
    ...(kinds.size === 2 && facts.avOffset === null ? ['the offset of audio and video'] : []),
  ];
  return missing.length === 0 ? null : `not judged: ${missing.join(', ')}`;
};

/** Counts of recordings in a sentence. */
export const headlineText = ({ recordings }: RecordingsResult): string => {
  const all = plural(recordings.length, 'recording');
  const defective = recordings.filter(({ defects }) => defects.length > 0).length;
  const unread = recordings.filter(({ unread }) => unread !== null).length;
  const defects =
    defective === 0
      ? `${all} without a defect`
      : `${formatNumber(defective)} of ${all} with defects`;
  if (unread === 0) return defects;
  const isAll = unread === recordings.length;
  return `${isAll ? '' : `${defects}, `}${formatNumber(unread)} of ${all} not read from the storage`;
};

/** A row for each recording. */
export const recordingTable = ({ recordings }: RecordingsResult): TableData => ({
  head: ['recording', 'contents', 'defects'],
  rows: recordings.map((recording) => [
    recording.name,
    factsText(recording),
    formatNumber(recording.defects.length),
  ]),
  left: [0, 1],
});
