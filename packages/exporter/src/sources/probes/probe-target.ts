import { nearest, SwarmError } from '@livekit-swarm/settings';
import { checkUrl, type Target, type TargetNode } from '../../config/target.ts';
import type { Module } from './modules.ts';

/** Destination of a probe, and its module. */
export interface ProbeTarget {
  target: Target;
  /** Node that is reached directly; null: the URL for clients is probed. */
  node: TargetNode | null;
  /** URL to probe: that of the target, of the node, or of the request. */
  url: string;
  module: Module;
}

export interface RequestedTarget {
  /** Name of a target, or an allowed URL of one. */
  target: string | undefined;
  module: string | undefined;
  node: string | undefined;
}

export const DEFAULT_MODULE = 'audio_pair';

/**
 * Find the requested target. Only configured targets are probed: a request cannot direct the
 * exporter elsewhere.
 * @throws SwarmError `unknown_probe_target`
 */
export const findProbeTarget = (
  wanted: RequestedTarget,
  targets: readonly Target[],
  modules: ReadonlyMap<string, Module>,
): ProbeTarget => {
  const moduleName = wanted.module ?? DEFAULT_MODULE;
  const module = modules.get(moduleName);
  if (module === undefined) throw none('module', moduleName, [...modules.keys()]);
  const { target, url } = findTarget(wanted.target, targets);
  if (wanted.node === undefined || wanted.node === '') return { target, node: null, url, module };
  if (module.kind === 'hls')
    throw new SwarmError('unknown_probe_target', 'a stream has no nodes: leave node out');
  if (url !== target.url)
    throw new SwarmError('unknown_probe_target', 'a URL is one place already: leave node out');
  const node = target.nodes.find(({ name }) => name === wanted.node);
  if (node === undefined) {
    throw none(
      `node of ${target.name}`,
      wanted.node,
      target.nodes.map(({ name }) => name),
    );
  }
  return { target, node, url: node.url, module };
};

const findTarget = (
  wanted: string | undefined,
  targets: readonly Target[],
): { target: Target; url: string } => {
  const [only] = targets;
  const names = targets.map(({ name }) => name);
  if (wanted === undefined || wanted === '') {
    if (targets.length === 1 && only !== undefined) return { target: only, url: only.url };
    throw new SwarmError(
      'unknown_probe_target',
      `"target" is missing: /probe?target=NAME; there are ${names.join(', ')}`,
    );
  }
  const named = targets.find(({ name }) => name === wanted);
  if (named !== undefined) return { target: named, url: named.url };
  if (!wanted.includes('://')) throw none('target', wanted, names);
  const place = targets.find((target) => target.isAllowedUrl(wanted));
  if (place === undefined)
    throw new SwarmError(
      'unknown_probe_target',
      'no target is at this URL: name it in allowedUrls of the target whose keys it takes',
    );
  return { target: place, url: checkUrl(wanted) };
};

const none = (what: string, wanted: string, known: readonly string[]): SwarmError => {
  const meant = nearest(wanted, known);
  const given = wanted.length > 100 ? `${wanted.slice(0, 97)}…` : wanted;
  const instead =
    meant !== null
      ? `did you mean ${meant}?`
      : known.length === 0
        ? 'there is none'
        : `there are ${known.join(', ')}`;
  return new SwarmError(
    'unknown_probe_target',
    `there is no ${what} "${given.replace(/[^\x20-\x7e]/g, '?')}"; ${instead}`,
  );
};
