import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration, hasErrorCode, SwarmError } from '@livekit-swarm/settings';
import {
  type PlatformRollout,
  type Release,
  type RollAllOptions,
  RolloutFailure,
} from '../../rollout.ts';
import { callCluster, type KubernetesClient, orNull, type Permission } from '../client.ts';
import type { Pod } from '../pods.ts';
import { configReference, createConfig, removeConfig } from './config-map.ts';
import { imageOfRelease, isMutable, versionOfImage } from './images.ts';
import { createPodSteps } from './observe-pods.ts';
import { DEFAULT_GRACE_S, listBudgets, rolloutFacts } from './rollout-facts.ts';
import { isComplete, whyNotRolled } from './rollout-state.ts';
import {
  openWorkloads,
  type PatchOperation,
  type PodTemplate,
  type WorkloadName,
  type WorkloadObject,
} from './workload.ts';

/** Annotations by which the rollback is found, also by another process. */
const ROLLOUT = 'livekit-swarm/rollout';
const BACK_TO = 'livekit-swarm/back-to-revision';

const POLL_MS = 250;
/** Time for a new pod to become ready, without any other step, ms. */
const READY_WITHIN_MS = 180_000;

export interface KubernetesRolloutOptions {
  client: Pick<KubernetesClient, 'core' | 'custom'>;
  namespace: string;
  /** Lists the pods of the deployment. */
  look(): Promise<Pod[]>;
  nodeIdOf(pod: Pod): Promise<string | null>;
  may(right: Permission): Promise<boolean>;
}

/**
 * Rolls the StatefulSet or Deployment of the nodes as `kubectl set image` does, and back as `kubectl
 * rollout undo` does: the controllers of Kubernetes replace pod by pod, by the strategy, the grace
 * period and the probes that the workload has.
 */
export const kubernetesRollout = (options: KubernetesRolloutOptions): PlatformRollout => {
  const { client, namespace, look, nodeIdOf, may } = options;
  const workloads = openWorkloads(client, namespace);
  const nodes = async (): Promise<Pod[]> => (await look()).filter(({ kind }) => kind === 'node');

  const missingPermission = async (
    { kind }: WorkloadName,
    { configFile }: Release,
  ): Promise<string | null> => {
    const resource = kind === 'StatefulSet' ? 'statefulsets' : 'deployments';
    const history = kind === 'StatefulSet' ? 'controllerrevisions' : 'replicasets';
    const needed = [
      { verb: 'get', group: 'apps', resource },
      { verb: 'patch', group: 'apps', resource },
      { verb: 'get', group: 'apps', resource: history },
      { verb: 'delete', resource: 'pods' },
      ...(configFile === null
        ? []
        : ['get', 'create', 'delete'].map((verb) => ({ verb, resource: 'configmaps' }))),
    ];
    for (const right of needed) {
      if (!(await may({ ...right, namespace })))
        return `no permission to ${right.verb} ${right.resource} in ${namespace}`;
    }
    return null;
  };

  const whyNoWayBack = async (
    name: WorkloadName,
    object: WorkloadObject,
  ): Promise<string | null> => {
    if (object.spec.revisionHistoryLimit < 1)
      return `${name.kind} ${name.name} keeps no old revisions (revisionHistoryLimit: 0): it could not be rolled back`;
    const revision = await workloads.revisionOf(name, object);
    if (revision === null || (await workloads.templateOf(name, revision)) === null)
      return `the present revision of ${name.kind} ${name.name} is not in its history: it could not be rolled back`;
    const [container] = object.spec.template.spec.containers;
    const image = container?.image ?? '';
    const pulls = (container?.imagePullPolicy ?? (isMutable(image) ? 'Always' : '')) === 'Always';
    return pulls && isMutable(image)
      ? `${image} may be another image by the time of the rollback: it could not be rolled back`
      : null;
  };

  /** Waits until the controllers have rolled all nodes. @throws SwarmError `rollout_failed` */
  const follow = async (
    name: WorkloadName,
    before: readonly Pod[],
    { signal, onStep }: Pick<RollAllOptions, 'signal' | 'onStep'>,
    /** True during the rollback: pods that do not become ready are deleted, as nothing else ends them. */
    isUndo: boolean,
  ): Promise<void> => {
    const steps = await createPodSteps({ before, nodeIdOf, onStep, now: performance.now() });
    for (;;) {
      const object = await workloads.read(name);
      const pods = await nodes();
      const target = await workloads.revisionOf(name, object);
      await steps.see(pods, performance.now());
      if (isComplete(name, object) && pods.every(({ terminating }) => !terminating)) return;
      for (const pod of pods) {
        const isStale = target !== null && pod.revision !== target;
        if (isUndo && isStale && !pod.ready && !pod.terminating) await remove(pod);
      }
      // The controller waits for such a pod for ever, also during the rollback.
      const broken = pods.find((pod) => isBroken(pod) && (!isUndo || pod.revision === target));
      if (broken !== undefined)
        throw new RolloutFailure(
          `${broken.name} does not become ready: ${broken.failure}`,
          broken.name,
        );
      const longest = Math.max(0, ...pods.map(({ graceSeconds }) => graceSeconds ?? 0)) * 1_000;
      if (performance.now() - steps.lastAt > longest + READY_WITHIN_MS) {
        const waiting = pods.find(({ ready }) => !ready);
        throw new RolloutFailure(
          `no pod has changed for ${Math.round((longest + READY_WITHIN_MS) / 1_000)} s: ${waiting?.problem ?? 'the cluster gives no reason'}`,
          waiting?.name,
        );
      }
      if (signal.aborted) throw new RolloutFailure('it was stopped');
      await sleep(POLL_MS, undefined, { signal }).catch(() => {});
    }
  };

  const remove = async ({ name, uid }: Pod): Promise<void> => {
    const body = { preconditions: { uid } };
    await callCluster(
      `delete ${name}`,
      orNull(client.core.deleteNamespacedPod({ name, namespace, body })),
    );
  };

  const workloadOf = async (
    id: string,
  ): Promise<{ name: WorkloadName; object: WorkloadObject } | null> => {
    const name = await workloads.find(await look());
    const object = await workloads.read(name);
    return object.metadata.annotations[ROLLOUT] === id ? { name, object } : null;
  };

  /** Removes the configuration of a rollout; without the permission, it had none. */
  const dropConfig = async (id: string): Promise<void> => {
    if (await may({ verb: 'delete', resource: 'configmaps', namespace }))
      await removeConfig(client, namespace, id);
  };

  const forget = async (name: WorkloadName, id: string): Promise<void> => {
    await workloads.patch(name, [
      { op: 'test', path: pointer(ROLLOUT), value: id },
      { op: 'remove', path: pointer(ROLLOUT) },
      { op: 'remove', path: pointer(BACK_TO) },
    ]);
  };

  return {
    by: 'platform',
    present: async () => {
      const images = new Set((await nodes()).map(({ image }) => image));
      const [image, ...others] = images;
      return image === undefined || others.length > 0 ? null : versionOfImage(image);
    },
    facts: async () => {
      try {
        const name = await workloads.find(await look());
        const right = {
          verb: 'list',
          group: 'policy',
          resource: 'poddisruptionbudgets',
          namespace,
        };
        const budgets = (await may(right)) ? await listBudgets(client, namespace) : null;
        return rolloutFacts(name, await workloads.read(name), budgets);
      } catch (error) {
        if (hasErrorCode(error, 'fault_unavailable', 'component_not_found', 'rejected'))
          return null;
        throw error;
      }
    },
    missingCapability: async (release, drainMs) => {
      try {
        const name = await workloads.find(await look());
        const why = await missingPermission(name, release);
        if (why !== null) return why;
        const object = await workloads.read(name);
        const pods = await nodes();
        return (
          whyNotRolled(name, object, pods) ??
          whyNoRelease(object, release) ??
          whyNoDrain(name, object, drainMs) ??
          (await whyNoWayBack(name, object))
        );
      } catch (error) {
        if (hasErrorCode(error, 'fault_unavailable', 'component_not_found')) return error.message;
        throw error;
      }
    },
    rollAll: async (release, { id, signal, onStep }) => {
      const before = await nodes();
      const name = await workloads.find(before);
      const object = await workloads.read(name);
      const backTo = await workloads.revisionOf(name, object);
      if (backTo === null)
        throw new RolloutFailure(`${name.kind} ${name.name} has no revision to return to`);
      const { containers } = object.spec.template.spec;
      const changes: PatchOperation[] = [];
      if (release.program !== null)
        changes.push({
          op: 'replace',
          path: '/spec/template/spec/containers/0/image',
          value: imageOfRelease(release.program, containers[0]?.image ?? ''),
        });
      const reference = configReference(object.spec.template);
      if (release.configFile !== null && reference !== null) {
        const text = await readFile(release.configFile, 'utf8');
        changes.push(await createConfig(client, namespace, id, reference, text));
      }
      await workloads.patch(name, [
        // Another change since then would be lost by the rollback.
        { op: 'test', path: '/metadata/generation', value: object.metadata.generation },
        ...(Object.keys(object.metadata.annotations).length === 0
          ? [{ op: 'add' as const, path: '/metadata/annotations', value: {} }]
          : []),
        { op: 'add', path: pointer(ROLLOUT), value: id },
        { op: 'add', path: pointer(BACK_TO), value: backTo },
        ...changes,
      ]);
      await follow(name, before, { signal, onStep }, false);
    },
    undo: async (id, { signal, onStep }) => {
      const found = await workloadOf(id);
      // Without the annotation, nothing was changed, or it was kept.
      if (found === null) return dropConfig(id);
      const { name, object } = found;
      const revision = object.metadata.annotations[BACK_TO] ?? '';
      const template = await workloads.templateOf(name, revision);
      if (template === null)
        throw new SwarmError(
          'rollback_failed',
          `the cluster no longer has the revision ${revision} of ${name.kind} ${name.name}`,
          'roll back by hand: kubectl set image',
        );
      const before = await nodes();
      await workloads.patch(name, [{ op: 'replace', path: '/spec/template', value: template }]);
      await follow(name, before, { signal, onStep }, true);
      await forget(name, id);
      await dropConfig(id);
    },
    keep: async (id) => {
      const found = await workloadOf(id);
      // The ConfigMap stays: the pods use it.
      if (found !== null) await forget(found.name, id);
    },
  };
};

const pointer = (annotation: string): string =>
  `/metadata/annotations/${annotation.replaceAll('/', '~1')}`;

/**
 * Reason for which a drain lasts longer than requested; null: it does not. The kubelet does not
 * shorten a grace period that has begun, although the API server accepts it
 * (https://github.com/kubernetes/kubernetes/issues/113606), and controllers delete pods with the
 * grace period of their template.
 */
const whyNoDrain = (
  { kind, name }: WorkloadName,
  { spec: { template } }: WorkloadObject,
  drainMs: number | null,
): string | null => {
  const { terminationGracePeriodSeconds: graceS = DEFAULT_GRACE_S } = template.spec;
  const ownMs = graceS * 1_000 - beforeSigtermMs(template);
  return drainMs === null || ownMs <= drainMs
    ? null
    : `Kubernetes drains each pod for up to ${formatDuration(ownMs)}, which cannot be shortened: allow that (--drain ${ownMs / 1_000}s, grace of a drill), or lower terminationGracePeriodSeconds of ${kind} ${name} first`;
};

/**
 * Time between the deletion of a pod and SIGTERM, as far as its template states it, ms. The grace
 * period counts from the deletion.
 */
const beforeSigtermMs = ({ spec: { containers } }: PodTemplate): number =>
  (containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0) * 1_000;

/** Number of failed starts after which a pod counts as broken: Redis may be late once. */
const FAILED_STARTS = 2;

const isBroken = ({ failure, restarts, terminating }: Pod): boolean =>
  !terminating &&
  failure !== null &&
  (restarts >= FAILED_STARTS || !/^(CrashLoopBackOff|Error)/.test(failure));

const whyNoRelease = (
  { spec: { template } }: WorkloadObject,
  { program, config, configFile }: Release,
): string | null => {
  if (Object.keys(config).length > 0)
    return 'settings cannot be merged over the configuration of a cluster: give a configuration file';
  if (configFile !== null && configReference(template) === null)
    return `the configuration of the nodes is in no ConfigMap that their first container reads (--config, LIVEKIT_CONFIG)`;
  const image = template.spec.containers[0]?.image ?? '';
  const next = program === null ? image : imageOfRelease(program, image);
  return next === image && configFile === null ? `the nodes run ${image} already` : null;
};
