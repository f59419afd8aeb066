import { nearest } from '@livekit-swarm/settings/errors';
import type { Command } from 'commander';
import { boundVariable, type Environment } from './environment.ts';

/** Variables that are read without a flag: docs/environment.md has them, scripts and tests read the others. */
const WITHOUT_FLAG: ReadonlySet<string> = new Set(
  [
    ...['BROWSER', 'BROWSER_PICTURE', 'CA', 'DEBUG', 'ENGINE_PROFILE', 'EXPORTER_TOKEN'],
    ...['FAILPOINTS', 'HELM', 'HOME', 'IMAGE', 'INGRESS', 'K6', 'KUBECTL', 'KUBELET'],
    ...['LAB_API_SECRET', 'LAB_REDIS_URL', 'LIVEKIT_SERVER', 'METRICS_TOKEN', 'NOTIFY_SECRET'],
    ...['PROPERTY_SEED', 'QUEUE_KEY', 'REPOSITORY', 'TALLY', 'TOKEN', 'TRACE', 'TRACES_SLOW_JOIN'],
    ...['TRAEFIK', 'TURN', 'TURN_CREDENTIAL', 'TURN_SECRET', 'VERSION'],
  ].map((name) => `SWARM_${name}`),
);

/** Beginnings of names that are read, or that a user chooses. */
const FAMILIES = /^SWARM_(?:PROMETHEUS_RW|SECRET|KUBE)_/;

/**
 * Lines on variables that nothing reads, and whose names are nearly those of one that is read. Others
 * may belong to another program: Docker Swarm. Values are not shown: they may be secrets.
 */
export const unknownVariables = (program: Command, env: Environment): string[] => {
  const given = Object.keys(env).filter((name) => name.startsWith('SWARM_'));
  if (given.length === 0) return [];
  const bound = boundBelow(program);
  const known = [...new Set([...bound, ...WITHOUT_FLAG])];
  // The part that all names have would make them look alike.
  const names = known.map(withoutPrefix);
  return given.flatMap((name) => {
    if (known.includes(name) || FAMILIES.test(name)) return [];
    const meant = nearest(withoutPrefix(name), names);
    return meant === null ? [] : [`${name} is not read: did you mean SWARM_${meant}?`];
  });
};

const withoutPrefix = (name: string): string => name.replace(/^SWARM_/, '');

const boundBelow = ({ options, commands }: Command): string[] => [
  ...options.flatMap((option) => boundVariable(option) ?? []),
  ...commands.flatMap(boundBelow),
];
