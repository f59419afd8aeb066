import { type Labels, type Names, namesOf } from '../../../src/config/names.ts';
import { variantConfig } from '../../../src/config/read-config.ts';
import type { Variant } from '../../../src/config/schema.ts';

/** Labels of targets, as Prometheus has them where a variant is meant for. */
export interface TargetLabels {
  names: Names;
  /** @param release a Pod has another name in each */
  node(index: number, release: number): Labels;
  host(index: number): Labels;
  /** A host of the same Prometheus without LiveKit; null: its job has none. */
  otherHost: Labels | null;
  exporter: Labels;
  redis: Labels;
  /** null: there is none. */
  loadBalancer: Labels | null;
  blackbox: Labels;
}

const at = (job: string, instance: string, more: Labels = {}): Labels => ({
  ...more,
  job,
  instance,
});

/** Labels that the Prometheus Operator adds to the targets of a ServiceMonitor: the job is the name of the Service. */
export const monitored = (
  { service, container, namespace }: { service: string; container: string; namespace: string },
  pod: string,
  address: string,
): Labels => ({
  job: service,
  service,
  namespace,
  pod,
  container,
  endpoint: 'metrics',
  instance: address,
});

const onHosts = (
  names: Names,
  node: (index: number) => Labels,
): Omit<TargetLabels, 'names' | 'node'> & { node: TargetLabels['node'] } => {
  const { jobs } = names.config;
  return {
    node: (index) => ({ ...node(index), job: jobs.livekit }),
    host: (index) => at(jobs.node, `10.0.0.${index}:9100`),
    otherHost: null,
    exporter: at(jobs.exporter, '10.0.0.9:9465'),
    redis: at(jobs.redis, '10.0.0.8:9121'),
    loadBalancer: jobs.haproxy === null ? null : at(jobs.haproxy, '10.0.0.7:8404'),
    blackbox: at(jobs.blackbox, 'https://livekit.example.com'),
  };
};

/** Of a deployment with three nodes. */
export const targetLabels = (variant: Variant): TargetLabels => {
  const names = namesOf(variantConfig(variant));
  if (variant === 'helm') {
    // LiveKit's chart as the release livekit, in the namespace livekit.
    const livekit = {
      service: 'livekit-livekit-server',
      container: 'livekit-server',
      namespace: 'livekit',
    };
    const hosts = { service: 'node-exporter', container: 'node-exporter', namespace: 'monitoring' };
    const exporter = {
      service: 'livekit-swarm-exporter',
      container: 'exporter',
      namespace: 'livekit',
    };
    const redis = {
      service: 'metrics-prometheus-redis-exporter',
      container: 'prometheus-redis-exporter',
      namespace: 'livekit',
    };
    return {
      names,
      node: (index, release) =>
        monitored(livekit, `livekit-livekit-server-${release}-${index}`, `10.1.0.${index}:6789`),
      host: (index) => monitored(hosts, `node-exporter-${index}`, `10.0.0.${index}:9100`),
      otherHost: monitored(hosts, 'node-exporter-9', '10.0.0.9:9100'),
      exporter: monitored(exporter, 'livekit-swarm-exporter-0', '10.1.0.9:9465'),
      redis: monitored(redis, 'redis-exporter-0', '10.1.0.8:9121'),
      loadBalancer: null,
      blackbox: at('blackbox', 'https://livekit.example.com'),
    };
  }
  if (variant === 'default')
    return { names, ...onHosts(names, (index) => ({ instance: `10.0.0.${index}:6789` })) };
  // The stack and the lab: one host, and nodes with names.
  return {
    names,
    ...onHosts(names, (index) => ({ instance: `127.0.0.1:681${index}`, node: `node-${index}` })),
  };
};
