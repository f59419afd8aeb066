/** Changes that operators make: another program, another configuration, a rollout of the platform. */
import { failpoint } from '@livekit-swarm/host';
import { hinted, SwarmError, strict } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Component, NodeRollout, Platform } from '../targets/platform.ts';
import type { PlatformRollout, Release } from '../targets/rollout.ts';
import {
  beginDrain,
  type DrainParams,
  drainKeys,
  drainNode,
  mayDrain,
  type ReportStep,
} from './effects/drain-node.ts';
import { findTerminated, nothingToFind } from './effects/effect-check.ts';
import { forAll, missingAny } from './effects/process-control.ts';
import type { DescribedFault, FaultContext } from './fault.ts';

const program = () =>
  z
    .string({ error: hinted('must be text', "write to: '1.13.5'") })
    .min(1)
    .describe('Version, path of a livekit-server, or image.');

const settingsOfNode = () =>
  z.record(z.string(), z.unknown(), {
    error: hinted('must be a mapping', 'write { room: { empty_timeout: 20 } }'),
  });

const config = () =>
  settingsOfNode()
    .default({})
    .describe("In a lab: merged over the node's configuration, without secrets.");

const file = () =>
  z
    .string()
    .nullable()
    .default(null)
    .describe(
      'Outside a lab: configuration file on this host, which replaces that of the node. It is read at the time of the change.',
    );

/** Parameters that name a release. */
interface ChangeParams extends DrainParams {
  to: string | null;
  config: Record<string, unknown>;
  configFile: string | null;
}

const releaseOf = ({ to, config: settings, configFile }: ChangeParams): Release => ({
  program: to,
  config: settings,
  configFile,
});

/** Rollout of a platform that changes one node at a time; null: the platform does not. */
export const nodeRollout = ({ rollout }: Pick<Platform, 'rollout'>): NodeRollout | null =>
  rollout?.by === 'node' ? rollout : null;

/** Rollout of a platform that rolls all nodes on its own; null: the platform does not. */
export const platformRollout = ({ rollout }: Pick<Platform, 'rollout'>): PlatformRollout | null =>
  rollout?.by === 'platform' ? rollout : null;

const NO_ROLLOUT =
  'the drill cannot change what runs here: possible in a lab, in Docker and with systemd';

/** Reports steps of a component; its node ID is that of the process which runs at the time. */
const stepsOf =
  (
    { onStep }: Pick<FaultContext<unknown>, 'onStep'>,
    { name }: Component,
    nodeId: string | null,
  ): ReportStep =>
  (step) =>
    onStep?.({ component: name, nodeId, version: null, detail: null, ...step });

/** ID of the node that runs now; null: unknown, or none runs. */
const nodeIdNow = async (platform: Platform, { name }: Component): Promise<string | null> =>
  (await platform.components()).find((component) => component.name === name)?.nodeId ?? null;

/** Starts a node that does not run, and reports it. */
const startNode = async (
  context: FaultContext<unknown>,
  component: Component,
  rollout: NodeRollout,
): Promise<void> => {
  const { platform } = context;
  const version = await rollout.present(component);
  stepsOf(context, component, null)({ step: 'starting', version });
  await platform.start(component);
  stepsOf(context, component, await nodeIdNow(platform, component))({ step: 'ready', version });
};

const stopped = (node: string): SwarmError =>
  new SwarmError('rollout_failed', `the change of ${node} was stopped after its drain`);

/** Makes a fault that gives nodes another release. */
const changeOf = <Params extends ChangeParams>(
  described: Pick<DescribedFault<Params>, 'name' | 'description' | 'params' | 'example'>,
): DescribedFault<Params> => ({
  ...described,
  rollbackDescription: 'drain the node and start it with what it had before',
  requires: ['signal', 'start'],
  targets: ['node'],
  lasts: false,
  unavailable: async (platform, component, params) => {
    const rollout = nodeRollout(platform);
    if (rollout === null) return NO_ROLLOUT;
    return (
      (await rollout.missingCapability(component, releaseOf(params))) ??
      (await missingAny(platform, component, ['signal', 'start']))
    );
  },
  inject: async (context) => {
    const { platform, components, params } = context;
    const rollout = nodeRollout(platform);
    if (rollout === null) return;
    await forAll(components, async (component) => {
      const onStep = stepsOf(context, component, component.nodeId);
      const change = (): Promise<void> => rollout.change(component, releaseOf(params));
      if (rollout.whileRunning) await change();
      failpoint('release.changed');
      const isDraining = await beginDrain(context, component);
      await drainNode(platform, component, params, onStep, isDraining);
      // The new release is no longer wanted: the rollback starts the old one.
      if (context.stop?.aborted) throw stopped(component.name);
      if (!rollout.whileRunning) await change();
      await startNode(context, component, rollout);
    });
  },
  missingEffect: ({ platform }, component) => findTerminated(platform, component),
  rollbackSteps: ({ platform }, component) =>
    nodeRollout(platform)?.restoreSteps?.(component) ?? [
      { step: 'terminate_drained' },
      { step: 'start' },
    ],
  rollback: async (context) => {
    const { platform, components, params, draining } = context;
    const rollout = nodeRollout(platform);
    if (rollout === null) return;
    await forAll(components, async (component) => {
      const onStep = stepsOf(context, component, await nodeIdNow(platform, component));
      const isChanged = await rollout.isChanged(component);
      // The process from before the injection: it is draining, and accepts no rooms any more. A
      // change while the node runs comes first: where the journal is silent, a node without it was
      // not asked to drain.
      const isAsked = draining !== undefined || isChanged || rollout.whileRunning !== true;
      const isDraining = isAsked && (await mayDrain(context, component));
      const instance = await platform.instance(component);
      if (instance !== null && instance === component.instance && !isDraining) {
        // It has its calls, and never stopped: only its files go back.
        if (isChanged) {
          await rollout.restore(component);
          await rollout.keep(component);
        }
        await platform.start(component);
        return;
      }
      if (isChanged && rollout.whileRunning) await rollout.restore(component);
      if (isChanged || isDraining) await drainNode(platform, component, params, onStep, isDraining);
      if (isChanged && !rollout.whileRunning) await rollout.restore(component);
      if (isChanged || (await platform.instance(component)) === null)
        await startNode(context, component, rollout);
      else await platform.start(component);
      if (isChanged && rollout.whileRunning) await rollout.keep(component);
    });
  },
});

const upgradeParams = strict({
  to: program(),
  config: config(),
  configFile: file(),
  ...drainKeys(),
});

/** Another version of LiveKit, as in an upgrade of one node. */
export const upgrade: DescribedFault<z.output<typeof upgradeParams>> = changeOf({
  name: 'upgrade',
  description: 'drains the node and starts it with another version, program or image',
  params: upgradeParams,
  example: { to: '1.13.4', grace: '1s' },
});

const configParams = strict({
  config: config(),
  configFile: file(),
  ...drainKeys(),
}).transform((given) => ({ ...given, to: null }));

/** Another configuration of LiveKit: it reads its configuration only at its start. */
export const changeConfig: DescribedFault<z.output<typeof configParams>> = changeOf({
  name: 'change-config',
  description: 'drains the node and starts it with another configuration',
  params: configParams,
  example: { config: { room: { empty_timeout: 20 } }, grace: '1s' },
});

const rolloutParams = strict({ to: program(), configFile: file(), ...drainKeys() }).transform(
  (given) => ({ ...given, config: {} }),
);

/**
 * Requires that the target is all nodes: the platform rolls each of them, whatever the blast radius
 * of the drill allows.
 * @throws SwarmError `fault_unavailable`
 */
const assertAllNodes = async (
  platform: Platform,
  components: readonly Component[],
): Promise<void> => {
  const named = new Set(components.map(({ name }) => name));
  const others = (await platform.components()).filter(
    ({ kind, name }) => kind === 'node' && !named.has(name),
  );
  if (others.length === 0) return;
  throw new SwarmError(
    'fault_unavailable',
    `a rollout changes all nodes, but the target lacks ${others.map(({ name }) => name).join(', ')}`,
    'write target: { nodes: 100% }, and a blastRadius that allows it',
  );
};

/** Rollout of all nodes by the platform, in its order and with its limits. */
export const rollout: DescribedFault<z.output<typeof rolloutParams>> = {
  name: 'rollout',
  description: 'lets the platform roll all nodes to another image, in its own order',
  rollbackDescription: 'roll back to what ran before',
  requires: [],
  targets: ['node'],
  params: rolloutParams,
  example: { to: '1.13.4', grace: '5h' },
  lasts: false,
  unavailable: async (platform, _component, params) =>
    platformRollout(platform)?.missingCapability(releaseOf(params), params.grace) ??
    'needs Kubernetes: no platform rolls all nodes here; see upgrade',
  inject: async ({ platform, components, params, id, onStep = () => {}, stop }) => {
    const all = platformRollout(platform);
    if (all === null) return;
    await assertAllNodes(platform, components);
    await all.rollAll(releaseOf(params), {
      id,
      signal: stop ?? new AbortController().signal,
      onStep,
    });
  },
  missingEffect: nothingToFind,
  rollbackSteps: () => [],
  rollback: async ({ platform, id, onStep = () => {} }) =>
    platformRollout(platform)?.undo(id, { signal: new AbortController().signal, onStep }),
};
