import { type Labels, type Names, namesOf } from '../../../src/config/names.ts';
import { variantConfig } from '../../../src/config/read-config.ts';
import type { Variant } from '../../../src/config/schema.ts';

/** Labels of targets, as the Prometheus of a variant adds them. */
export interface TargetLabels {
  names: Names;
  /** @param release version of the deployment: its Pods have other names */
  node(index: number, release: number): Labels;
  host(index: number): Labels;
  /** Labels of a host without LiveKit on the same Prometheus; null: its job has none. */
  otherHost: Labels | null;
  exporter: Labels;
  redis: Labels;
  /** Labels of the load balancer; null: there is none. */
  loadBalancer: Labels | null;
  blackbox: Labels;
  /** Labels of an instance of livekit/egress or livekit/sip. */
  egress(instance: number): Labels;
  sip(instance: number): Labels;
}

const at = (job: string, instance: string, more: Labels = {}): Labels => ({
  ...more,
  job,
  instance,
});

/**
 * Labels that the Prometheus Operator adds to targets of a ServiceMonitor: the job is the name of
 * the Service.
 */
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
    egress: (instance) => at('egress', `10.0.1.${instance}:9090`),
    sip: (instance) => at('sip', `10.0.2.${instance}:9090`),
  };
};

/** Labels of a deployment with three nodes. */
export const targetLabels = (variant: Variant): TargetLabels => {
  const names = namesOf(variantConfig(variant));
  if (variant === 'helm') {
    // The release `livekit` of LiveKit's chart, in the namespace `livekit`.
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
    const egress = { service: 'egress', container: 'egress', namespace: 'livekit' };
    const sip = { service: 'livekit-sip', container: 'livekit-sip', namespace: 'livekit' };
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
      egress: (instance) => monitored(egress, `egress-${instance}`, `10.1.1.${instance}:9090`),
      sip: (instance) => monitored(sip, `livekit-sip-${instance}`, `10.1.2.${instance}:9090`),
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
