import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { DEFAULT_SETTLE_MS, type ServerMetricsChoice, type Target } from '@livekit-swarm/campaign';
import { REDIS_PROTOCOLS } from '@livekit-swarm/livekit';
import type { ServerLogFile, ServerProfiler } from '@livekit-swarm/runner';
import { parseDuration, usageError } from '@livekit-swarm/settings';
import type { ServerMetricsFlags } from '../flags/server-metrics.ts';

const MAX_SETTLE_MS = 600_000;

/** Flags on a deployment of the user; a server that is started for the run has no use for them. */
const OF_DEPLOYMENT = [
  'serverMetrics',
  'hostMetrics',
  'prometheus',
  'prometheusSelector',
  'redis',
  'serverLog',
  'serverPprof',
] as const;

/**
 * @param typed whether a flag was given on the command line: addresses in the environment are those of a deployment
 * @throws SwarmError `usage`
 */
export const readServerMetrics = (
  flags: ServerMetricsFlags,
  target: Target,
  typed: (flag: keyof ServerMetricsFlags) => boolean,
): ServerMetricsChoice => {
  const settleMs = readSettle(flags.settle);
  if (target.type === 'embedded') {
    const idle = OF_DEPLOYMENT.find(typed);
    if (idle !== undefined)
      throw usageError(
        `${FLAGS[idle]} has no effect without --url: a server that is started for the run is measured anyway`,
        'add --url or leave it out',
      );
    return { nodes: [], prometheus: null, redis: null, settleMs };
  }
  const { prometheus, prometheusSelector: selector, redis } = flags;
  if (prometheus === undefined && selector !== undefined)
    throw usageError(
      '--prometheus-selector has no effect without --prometheus',
      'add --prometheus http://HOST:9090 or leave it out',
    );
  return {
    nodes: (flags.serverMetrics ?? []).map(readNode),
    hosts: (flags.hostMetrics ?? []).map(readHost),
    prometheus:
      prometheus === undefined
        ? null
        : {
            url: readAddress('--prometheus', prometheus, HTTP, 'http://10.0.0.7:9090'),
            selector: selector === undefined ? null : readSelector(selector),
          },
    redis:
      redis === undefined
        ? null
        : readAddress('--redis', redis, REDIS_PROTOCOLS, 'redis://10.0.0.5:6379'),
    logs: (flags.serverLog ?? []).map(readLog),
    profilers: readProfilers(flags.serverPprof ?? []),
    settleMs,
  };
};

const FLAGS: Record<(typeof OF_DEPLOYMENT)[number], string> = {
  serverMetrics: '--server-metrics',
  hostMetrics: '--host-metrics',
  prometheus: '--prometheus',
  prometheusSelector: '--prometheus-selector',
  redis: '--redis',
  serverLog: '--server-log',
  serverPprof: '--server-pprof',
};

export const HTTP = ['http:', 'https:'];

type NamedUrl = ServerMetricsChoice['nodes'][number];

/** Reads `http://10.0.0.5:6789/metrics`, or `node-1=http://…`. */
export const readNode = (text: string): NamedUrl =>
  readNamedUrl('--server-metrics', text, 'http://10.0.0.5:6789/metrics');

/** Reads `http://10.0.0.5:9100/metrics`, or `node-1=http://…`, also of a node named by its address. */
const readHost = (text: string): NamedUrl =>
  readNamedUrl('--host-metrics', text, 'http://10.0.0.5:9100/metrics');

const readNamedUrl = (flag: string, text: string, example: string): NamedUrl => {
  const [, name, address] = /^([\w.:-]+)=(.*)$/s.exec(text) ?? [];
  return { name: name ?? null, url: readAddress(flag, address ?? text, HTTP, example) };
};

/** Reads `http://10.0.0.5:7070`, or `node-1=http://…`: one for each node. */
const readProfilers = (texts: readonly string[]): ServerProfiler[] => {
  const profilers = texts.map((text) => {
    const { name, url } = readNamedUrl('--server-pprof', text, 'http://10.0.0.5:7070');
    return { node: name ?? new URL(url).host, url };
  });
  const twice = profilers.find(
    ({ node }, index) => profilers.findIndex((other) => other.node === node) < index,
  );
  if (twice === undefined) return profilers;
  throw usageError(
    `--server-pprof: two profilers of ${twice.node}`,
    'name each node once: node-1=http://10.0.0.5:7070',
  );
};

/** Reads `node.log`, or `node-1=node.log`. */
const readLog = (text: string): ServerLogFile => {
  const [, name, path] = /^([\w.-]+)=(.*)$/s.exec(text) ?? [];
  const file = path ?? text;
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() === true)
    return { node: name ?? basename(file).replace(/\.log$/, ''), file: resolve(file) };
  throw usageError(
    `--server-log ${file}: ${found === undefined ? 'no such file' : 'not a file'}`,
    'let the log arrive there before the run: ssh HOST journalctl -fo cat -u livekit > node.log',
  );
};

/** Reads an address. A wrong one is not repeated: it may hold a password. */
export const readAddress = (
  flag: string,
  text: string,
  protocols: readonly string[],
  example: string,
): string => {
  const url = URL.parse(text);
  if (url !== null && protocols.includes(url.protocol) && url.host !== '') return text;
  throw usageError(`${flag}: not an address`, `write it like ${example}`);
};

const MATCHER = String.raw`\s*[A-Za-z_]\w*\s*(?:=|!=|=~|!~)\s*"(?:[^"\\]|\\.)*"\s*`;
const SELECTOR = new RegExp(`^${MATCHER}(?:,${MATCHER})*$`);

const readSelector = (text: string): string => {
  const inner = text.trim().replace(/^\{(.*)\}$/s, '$1');
  if (SELECTOR.test(inner)) return inner.trim();
  throw usageError(
    `--prometheus-selector ${text}: not label matchers`,
    `write it like 'job="livekit", cluster="eu"'`,
  );
};

const readSettle = (text: string | undefined): number => {
  if (text === undefined) return DEFAULT_SETTLE_MS;
  const ms = parseDuration(text);
  if (ms <= MAX_SETTLE_MS) return ms;
  throw usageError(`--settle ${text}: at most 10m`, 'write it like 30s');
};
