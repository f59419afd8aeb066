import type { StatsAt } from './stat.ts';

/** Values of one member over time, in the format of chrome://webrtc-internals. */
interface Series {
  startTime: string;
  endTime: string;
  statsType: string;
  /** JSON array, as text. */
  values: string;
}

/** Part of a webrtc-internals dump that importers read. */
export interface StatsDump {
  UserAgent: string;
  getUserMedia: never[];
  PeerConnections: Record<
    string,
    {
      rtcConfiguration: string;
      constraints: string;
      url: string;
      updateLog: never[];
      stats: Record<string, Series>;
    }
  >;
}

/**
 * Statistics over time in the format of chrome://webrtc-internals, which rtcstats and
 * webrtc-dump-importer open.
 * @param title identity of the participant, and its failure
 */
export const dumpOf = (history: readonly StatsAt[], title: string): StatsDump => {
  const peers = Math.max(0, ...history.map((reading) => reading.peers.length));
  return {
    UserAgent: title,
    getUserMedia: [],
    PeerConnections: Object.fromEntries(
      Array.from({ length: peers }, (_, peer) => [
        `1-${peer + 1}`,
        {
          rtcConfiguration: '',
          constraints: '',
          url: title,
          updateLog: [],
          stats: seriesOf(history, peer),
        },
      ]),
    ),
  };
};

const seriesOf = (history: readonly StatsAt[], peer: number): Record<string, Series> => {
  const found = new Map<string, { from: number; to: number; type: string; values: unknown[] }>();
  for (const { at, peers } of history)
    for (const { id, type, ...members } of peers[peer] ?? [])
      for (const [member, value] of Object.entries(members)) {
        const key = `${id}-${member}`;
        const one = found.get(key) ?? { from: at, to: at, type, values: [] };
        one.to = at;
        one.values.push(value);
        found.set(key, one);
      }
  return Object.fromEntries(
    [...found].map(([key, { from, to, type, values }]) => [
      key,
      {
        startTime: new Date(from).toISOString(),
        endTime: new Date(to).toISOString(),
        statsType: type,
        values: JSON.stringify(values),
      },
    ]),
  );
};
