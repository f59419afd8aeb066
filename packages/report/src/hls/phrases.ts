import {
  errorOf,
  type Finding,
  type LeftOut,
  MOST_DELAY_MS,
  middleOf,
  problemText,
} from '@livekit-swarm/hls';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { formatBits, formatBytes, formatMs, formatTime } from '../format.ts';
import type { TableData } from '../text-layout.ts';
import { trendTable } from '../trend-table.ts';
import type { HlsResult } from './hls-result.ts';

const REASONS = {
  absent: 'the playlist marks it as missing (EXT-X-GAP)',
  not_loaded: 'it could not be loaded',
  expired: 'it left the playlist before it was loaded',
  sequence: 'the playlist continued with a later number',
} as const;

const LEFT_OUT: Readonly<Record<LeftOut, string>> = {
  low_latency_parts: 'parts of Low-Latency HLS: whole segments were followed',
  renditions: 'separate renditions of audio: only the playlist of the variant was followed',
  protected_keys: 'keys of DRM systems',
};

/** Sentence on a finding; times count from the start of the audience. */
export const findingText = (finding: Finding, startedAtMs: number): string => {
  const at = (ms: number): string => formatTime(Math.max(0, ms - startedAtMs));
  const by = `${plural(finding.listeners, 'listener')}`;
  switch (finding.code) {
    case 'stalled':
      return `${at(finding.fromMs)} to ${at(finding.toMs)}: ${by} had nothing left to play, for up to ${formatMs(finding.longestMs)}${finding.isOver ? '' : '; not over at the end'}`;
    case 'skipped':
      return `${at(finding.atMs)}: ${by} skipped ${finding.segments === 1 ? `segment ${finding.mediaSequence}` : `${formatNumber(finding.segments)} segments from ${finding.mediaSequence}`}, ${formatMs(finding.durationMs)}: ${REASONS[finding.reason]}`;
    case 'stale':
      return `${at(middleOf(finding.from))} to ${finding.to === null ? 'the end' : at(middleOf(finding.to))}: the playlist stayed at segment ${finding.mediaSequence} for ${staleText(finding)}; ${by} noticed it`;
    case 'older_playlist':
      return `${at(finding.firstMs)} to ${at(finding.lastMs)}: ${by} got an older playlist than before ${plural(finding.times, 'time')}, up to ${plural(finding.segmentsBehind, 'segment')} behind`;
    case 'restarted':
      return `${at(finding.firstMs)}: the numbers of the segments began again, now ${finding.mediaSequence}; ${by} noticed it`;
    case 'problem':
      return `${at(finding.firstMs)}${finding.times === 1 ? '' : ` to ${at(finding.lastMs)}`}: ${problemText(finding.problem)}; ${plural(finding.times, 'request')} of ${by}`;
  }
};

const staleText = ({ from, to, untilMs }: Extract<Finding, { code: 'stale' }>): string => {
  const ms = (to === null ? untilMs : middleOf(to)) - middleOf(from);
  const error = (errorOf(from) ?? 0) + (to === null ? 0 : (errorOf(to) ?? 0));
  return `${formatMs(ms)}${error === 0 ? '' : ` ±${formatMs(error)}`}`;
};

/** Sentences below the figures: what was left out, and doubts. */
export const noteTexts = ({ audience, stream }: HlsResult): string[] => {
  const { notes, dropped, generator } = audience;
  const leftOut = new Set([...stream.leftOut, ...notes.leftOut]);
  return [
    ...(generator.noSockets > 0
      ? [
          `This host had no socket for ${plural(generator.noSockets, 'request')}: use fewer listeners, or raise the limit of open files (ulimit -n).`,
        ]
      : []),
    ...(generator.loopDelayP99Ms > MOST_DELAY_MS
      ? [
          `This process was up to ${formatMs(generator.loopDelayP99Ms)} late (p99), ${formatMs(MOST_DELAY_MS)} are allowed: use fewer listeners, or end what else uses the CPU.`,
        ]
      : []),
    ...[...leftOut].map((what) => `Not followed: ${LEFT_OUT[what]}.`),
    ...(notes.discontinuities === 0
      ? []
      : [
          `${plural(notes.discontinuities, 'discontinuity', 'discontinuities')} (EXT-X-DISCONTINUITY).`,
        ]),
    ...(dropped === 0 ? [] : [`${formatNumber(dropped)} further facts are only in the figures.`]),
  ];
};

/** A row for each time of which listeners have a distribution. */
export const timeTable = ({ audience: { metrics } }: HlsResult): TableData =>
  trendTable(metrics, TIMES);

const TIMES = [
  ['hls_startup_time', 'start-up'],
  ['hls_stall_time', 'stalls'],
  ['hls_live_age', 'age of the newest segment'],
  ['hls_delay', 'playback behind the encoder'],
  ['hls_playlist_time', 'load of a playlist'],
  ['hls_segment_time', 'load of a segment'],
] as const;

/** Sentence on the load. */
export const loadText = ({ audience }: HlsResult): string => {
  const { counts, startedAtMs, endedAtMs } = audience;
  const seconds = Math.max(1, (endedAtMs - startedAtMs) / 1_000);
  return `${formatNumber(counts.started)} of ${plural(counts.listeners, 'listener')} began to play; ${plural(counts.segments, 'segment')}, ${formatBytes(counts.bytes)}, ${formatBits((8 * counts.bytes) / seconds)}.`;
};

/** Sentence on the stream. */
export const streamText = ({ stream }: HlsResult): string =>
  `Playlist ${stream.playlistUrl}: target duration ${formatMs(stream.targetDurationMs)}, ${plural(stream.segments, 'segment')}, ${stream.hasDates ? 'with' : 'without'} dates of the encoder.`;
