import { inputOf, runMediaTool, type ToolEnd } from './media-tool.ts';
import type { Span, TrackFacts, TrackKind } from './recording-facts.ts';

/** Parts without packets that are kept; limits below this cannot be judged, ms. */
export const SHORTEST_MISSING_MS = 100;

export interface Container {
  /** Time of the first packet, as the container counts, ms. */
  beginMs: number;
  statedMs: number | null;
  tracks: readonly TrackFacts[];
  end: ToolEnd;
}

interface Packets {
  kind: TrackKind;
  codec: string;
  /** Start and duration of each packet, ms; the duration is NaN where the container has none. */
  times: [startMs: number, durationMs: number][];
}

/**
 * Reads tracks and packet times of a file or playlist.
 * @returns null: it cannot be read as media
 */
export const readTracks = async (file: string, signal: AbortSignal): Promise<Container | null> => {
  const byIndex = new Map<string, Packets>();
  let statedMs: number | null = null;
  const end = await runMediaTool(
    'ffprobe',
    [
      ...['-v', 'error', '-of', 'compact', '-show_entries'],
      'packet=stream_index,pts_time,duration_time,flags:stream=index,codec_type,codec_name:format=duration',
      ...inputOf(file),
    ],
    (line) => {
      const section = line.slice(0, line.indexOf('|'));
      const field = fieldsOf(line);
      if (section === 'format') statedMs = msOf(field('duration'));
      if (section === 'packet') {
        const startMs = msOf(field('pts_time'));
        // Samples before the beginning, which decoders discard.
        if (startMs === null || field('flags').includes('D')) return;
        const packets = packetsAt(byIndex, field('stream_index'));
        packets.times.push([startMs, msOf(field('duration_time')) ?? Number.NaN]);
      }
      if (section === 'stream') {
        const kind = field('codec_type');
        const index = field('index');
        if (kind !== 'audio' && kind !== 'video') byIndex.delete(index);
        else Object.assign(packetsAt(byIndex, index), { kind, codec: field('codec_name') });
      }
    },
    signal,
  );
  const tracks = [...byIndex.values()].filter(({ times }) => times.length > 0).map(trackOf);
  if (tracks.length === 0 && (end.status !== 0 || byIndex.size === 0)) return null;
  const beginMs = Math.min(...tracks.map(({ startMs }) => startMs));
  return { beginMs, statedMs, end, tracks: tracks.map((track) => shifted(track, beginMs)) };
};

const packetsAt = (byIndex: Map<string, Packets>, index: string): Packets => {
  const known = byIndex.get(index);
  if (known !== undefined) return known;
  const packets: Packets = { kind: 'video', codec: '', times: [] };
  byIndex.set(index, packets);
  return packets;
};

const fieldsOf = (line: string): ((name: string) => string) => {
  const fields = new Map(
    line
      .split('|')
      .slice(1)
      .map((part): [string, string] => {
        const at = part.indexOf('=');
        return [part.slice(0, at), part.slice(at + 1)];
      }),
  );
  return (name) => fields.get(name) ?? '';
};

/** ffprobe writes N/A where there is no value. */
const msOf = (seconds: string): number | null => {
  const ms = Number.parseFloat(seconds) * 1_000;
  return Number.isFinite(ms) ? ms : null;
};

const trackOf = ({ kind, codec, times }: Packets): TrackFacts => {
  // Packets are in decoding order, and frames are shown in another.
  const sorted = times.toSorted(([a], [b]) => a - b);
  const usualMs = medianStep(sorted);
  const gaps: Span[] = [];
  let endMs = sorted[0]?.[0] ?? 0;
  for (const [startMs, durationMs] of sorted) {
    if (startMs - endMs > SHORTEST_MISSING_MS) gaps.push({ fromMs: endMs, toMs: startMs });
    // A container that closes a gap by a long packet states as its duration the time to the next.
    const lengthMs = durationMs > 0 ? Math.min(durationMs, 2 * usualMs) : usualMs;
    endMs = Math.max(endMs, startMs + lengthMs);
  }
  return { kind, codec, startMs: sorted[0]?.[0] ?? 0, endMs, packets: times.length, gaps };
};

const medianStep = (sorted: readonly (readonly [number, number])[]): number => {
  const steps = sorted
    .slice(1)
    .map(([startMs], index) => startMs - (sorted[index]?.[0] ?? 0))
    .sort((a, b) => a - b);
  return steps[steps.length >> 1] ?? sorted[0]?.[1] ?? 0;
};

/** A track whose times are whole ms from the beginning of the recording. */
const shifted = (track: TrackFacts, byMs: number): TrackFacts => {
  const from = (ms: number): number => Math.round(ms - byMs);
  return {
    ...track,
    startMs: from(track.startMs),
    endMs: from(track.endMs),
    gaps: track.gaps.map(({ fromMs, toMs }) => ({ fromMs: from(fromMs), toMs: from(toMs) })),
  };
};
