import { type LabState, labNames, readState } from '@livekit-swarm/lab';
import {
  hostSource,
  metricsSource,
  prometheusHostSource,
  prometheusSource,
  redisSource,
  type ServerLogFile,
  type ServerObservation,
  type ServerProfiler,
} from '@livekit-swarm/runner';
import { hasErrorCode } from '@livekit-swarm/settings';
import type { Target } from './target.ts';

/** Addresses of the metrics of a deployment. */
export interface ServerMetricsChoice {
  /** Nodes with their `/metrics`; name null: host and port. */
  nodes: readonly { name: string | null; url: string }[];
  /** node_exporter of hosts; node null: the nodes whose address has its host. */
  hosts?: readonly { name: string | null; url: string }[];
  prometheus: { url: string; selector: string | null } | null;
  /** LiveKit's Redis, not that of the queue. */
  redis: string | null;
  /** Logs of nodes in files of this host. */
  logs?: readonly ServerLogFile[];
  /** Profilers of nodes, asked once, while a limit is crossed. */
  profilers?: readonly ServerProfiler[];
  /** Wait before leftover rooms are counted, ms. */
  settleMs: number;
}

export const DEFAULT_SETTLE_MS = 1_000;

/** Sources of metrics of nodes, and their logs on this host. */
type KnownNodes = Required<Pick<ServerObservation, 'sources' | 'logs'>>;

const NONE: KnownNodes = { sources: [], logs: [] };

/**
 * The sources and logs of a run: those of a server that was started for it, those that were named, or those of a lab that the URL is of.
 * @param own those of a server that was started for the run, and its profiler
 */
export const observationOf = async (
  choice: ServerMetricsChoice | undefined,
  target: Target,
  own: KnownNodes & Pick<ServerObservation, 'profilers'>,
): Promise<ServerObservation> => {
  const {
    nodes = [],
    hosts = [],
    prometheus = null,
    redis = null,
    logs = [],
    profilers = [],
    settleMs = DEFAULT_SETTLE_MS,
  } = choice ?? {};
  const named = [
    ...nodes.map(({ name, url }) => metricsSource(url, name ?? undefined)),
    ...(prometheus === null ? [] : [prometheusSource(prometheus)]),
    ...(redis === null ? [] : [redisSource(redis)]),
  ];
  // After the sources that name the nodes.
  const ofHosts = [
    ...hosts.map(({ name, url }) => hostSource(url, name)),
    ...(prometheus === null ? [] : [prometheusHostSource(prometheus)]),
  ];
  const lab = target.type === 'remote' ? await nodesOfLab(target.url) : NONE;
  return {
    sources: [...own.sources, ...named, ...(named.length === 0 ? lab.sources : []), ...ofHosts],
    logs: [...own.logs, ...logs, ...(logs.length === 0 ? lab.logs : [])],
    profilers: [...(own.profilers ?? []), ...profilers],
    settleMs,
  };
};

/** Every node of the running lab that has this address; none where it is not of a lab. */
const nodesOfLab = async (url: string): Promise<KnownNodes> => {
  const host = URL.parse(url)?.host;
  for (const name of await labNames()) {
    const state = await readableState(name);
    if (state === null) continue;
    const { url: entrance, nodes } = state.facts;
    if ([entrance, ...nodes.map((node) => node.url)].some((own) => URL.parse(own)?.host === host))
      return {
        sources: nodes.map((node) => metricsSource(node.metricsUrl, node.name)),
        logs: nodes.map(({ name: node, logFile: file }) => ({ node, file })),
      };
  }
  return NONE;
};

/** State of a lab; null: the lab is gone, or only another version of swarm can read its state. */
const readableState = async (name: string): Promise<LabState | null> => {
  try {
    return await readState(name);
  } catch (error) {
    if (hasErrorCode(error, 'bad_state')) return null;
    throw error;
  }
};
