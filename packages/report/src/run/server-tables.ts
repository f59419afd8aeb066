import type { ServerMissing, ServerSummary, ServerTotals, Summary } from '@livekit-swarm/analysis';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { formatBits, formatBytes, formatCount, formatShare, shorten } from '../format.ts';
import type { TableData } from '../text-layout.ts';

type OfServer = Pick<Summary, 'server'>;

/**
 * The nodes of the deployment, and all of them together where there are several. No rows where none
 * was measured.
 */
export const serverTable = ({ server: { nodes, total } }: OfServer): TableData => ({
  head: ['', 'CPU', 'max', 'memory', 'goroutines', 'rooms', 'particip.', 'tracks', '↑', '↓'],
  rows: [
    ...nodes.map((node) => row(shorten(node.node, 22), node)),
    ...(total === null || nodes.length < 2 ? [] : [row('all nodes', total)]),
  ],
  left: [0],
});

const row = (name: string, node: ServerTotals): string[] => [
  name,
  formatCount(node.cpuCores?.avg ?? null),
  formatCount(node.cpuCores?.max ?? null),
  formatBytes(node.memoryBytes?.max ?? null),
  mostOf(node.goroutines),
  mostOf(node.rooms),
  mostOf(node.participants),
  mostOf(node.tracks),
  formatBits(node.bitsUp),
  formatBits(node.bitsDown),
];

/** The hosts of the nodes, and what they let the nodes have. No rows where none was measured. */
export const nodeHostTable = ({ server: { nodes } }: OfServer): TableData => ({
  head: [
    'host of',
    'CPU',
    'cores',
    'steal',
    'memory used',
    'of',
    'conntrack',
    'dropped',
    'held back',
  ],
  rows: nodes.flatMap(({ node, host }) =>
    host === undefined
      ? []
      : [
          [
            shorten(node, 22),
            formatCount(host.cpuCores?.avg ?? null),
            formatCount(host.cores),
            shareOf(host.steal?.avg),
            shareOf(host.memoryUsed?.max),
            formatBytes(host.memoryLimitBytes),
            shareOf(host.conntrack?.max),
            formatCount(host.conntrackDrops),
            formatCount(host.allowanceExceeded),
          ],
        ],
  ),
  left: [0],
});

const shareOf = (share: number | undefined): string =>
  formatShare(share === undefined ? null : Math.round(share * 1_000) / 1_000);

const mostOf = (level: ServerTotals['rooms']): string => formatCount(level?.max ?? null);

/** Remains on the server after the run; null when the server was not asked. */
export const remainsText = ({ server: { after } }: OfServer): string | null => {
  if (after === null) return null;
  const { settledMs, rooms, participants, tracks, goroutines, memoryBytes } = after;
  const facts = [
    ...(rooms === null ? [] : [plural(rooms, 'room')]),
    ...(participants === null ? [] : [plural(participants, 'participant')]),
    ...(tracks === null ? [] : [`tracks ${changeText(tracks, formatNumber)}`]),
    ...(goroutines === null ? [] : [`goroutines ${changeText(goroutines, formatNumber)}`]),
    ...(memoryBytes === null ? [] : [`memory ${changeText(memoryBytes, formatBytes)}`]),
  ];
  return `${formatNumber(Math.round(settledMs / 100) / 10)} s after the last leave: ${facts.join(', ')}`;
};

/** `116 → 287 (+171)`. */
const changeText = (
  { before, after }: { before: number; after: number },
  format: (value: number) => string,
): string => {
  const change = after - before;
  const sign = change > 0 ? '+' : change < 0 ? '−' : '±';
  return `${format(before)} → ${format(after)} (${sign}${format(Math.abs(change))})`;
};

/** Notes on the figures of the server: whose CPU it is, and what is missing and why. */
export const serverNotes = ({ server }: OfServer): string[] => [
  ...hostNotes(server),
  ...server.missing.map(missingText),
];

const hostNotes = ({ nodes }: ServerSummary): string[] => {
  const ofHost = nodes.filter((node) => node.ofHost).map(({ node }) => node);
  return ofHost.length === 0
    ? []
    : [
        `CPU and memory of ${ofHost.join(', ')} are those of the host or container, as Redis has no others.`,
      ];
};

const missingText = ({ source, reason, message, times, atMs }: ServerMissing): string => {
  if (reason === 'not_configured')
    return `Not measured: ${message}. Add --server-metrics, --prometheus or --redis.`;
  if (source === null) return `Not measured: ${message}.`;
  const since = atMs > 0 ? ` from ${formatNumber(Math.round(atMs / 1_000))} s on` : '';
  const repeated = times > 1 ? `, ${plural(times, 'time')}` : '';
  return `Not read from ${source}${since}${repeated}: ${message} (${reason}).`;
};
