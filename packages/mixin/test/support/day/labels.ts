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

/** What the Prometheus Operator adds to the targets of a ServiceMonitor. */
const monitored = (service: string, namespace: string, pod: string, address: string): Labels => ({
  job: service,
  service,
  namespace,
  pod,
  container: service,
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
  const { jobs } = names.config;
  if (variant === 'helm')
    return {
      names,
      // LiveKit's chart, release livekit-server, in the namespace livekit.
      node: (index, release) =>
        monitored(
          jobs.livekit,
          'livekit',
          `livekit-server-${release}-${index}`,
          `10.1.0.${index}:6789`,
        ),
      host: (index) =>
        monitored(jobs.node, 'monitoring', `node-exporter-${index}`, `10.0.0.${index}:9100`),
      otherHost: monitored(jobs.node, 'monitoring', 'node-exporter-9', '10.0.0.9:9100'),
      exporter: monitored(jobs.exporter, 'livekit', 'livekit-swarm-exporter-0', '10.1.0.9:9465'),
      redis: monitored(jobs.redis, 'livekit', 'redis-exporter-0', '10.1.0.8:9121'),
      loadBalancer: null,
      blackbox: at(jobs.blackbox, 'https://livekit.example.com'),
    };
  if (variant === 'default')
    return { names, ...onHosts(names, (index) => ({ instance: `10.0.0.${index}:6789` })) };
  // The stack and the lab: one host, and nodes with names.
  return {
    names,
    ...onHosts(names, (index) => ({ instance: `127.0.0.1:681${index}`, node: `node-${index}` })),
  };
};
