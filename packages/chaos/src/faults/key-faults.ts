/** Rotation of API keys: two pairs are accepted for a while, then the first one is removed. */
import { KEY_SETS, type KeySet } from '@livekit-swarm/lab';
import { strict, word } from '@livekit-swarm/settings';
import type { z } from 'zod';
import type { Component } from '../targets/platform.ts';
import {
  beginDrain,
  type DrainParams,
  drainKeys,
  drainNode,
  type ReportStep,
  startDrained,
} from './effects/drain-node.ts';
import { findTerminated } from './effects/effect-check.ts';
import { forAll, missingAny } from './effects/process-control.ts';
import type { DescribedFault, FaultContext } from './fault.ts';

const keyParams = strict({
  keys: word(KEY_SETS, 'set of keys').describe(
    'Pairs that the node accepts from then on. both: before applications change to the second; second: the first one is removed, and webhooks are signed with the second.',
  ),
  ...drainKeys(),
});

const restartWith = async (
  { platform, params, onStep }: FaultContext<DrainParams>,
  component: Component,
  keys: KeySet,
  isDraining = false,
): Promise<void> => {
  const report: ReportStep = (step) => {
    const { name, nodeId } = component;
    onStep?.({ component: name, nodeId, version: null, detail: null, ...step });
  };
  await drainNode(platform, component, params, report, isDraining);
  await platform.keys?.use(component, keys);
  await platform.start(component);
};

/** Change of the keys of one node, which reads them only at its start. */
export const changeKeys: DescribedFault<z.output<typeof keyParams>> = {
  name: 'change-keys',
  description: 'drains the node and starts it with other API keys: it reads them only at its start',
  rollbackDescription: 'start the node with its first keys',
  requires: ['signal', 'start'],
  targets: ['node'],
  params: keyParams,
  example: { keys: 'both', grace: '1s' },
  lasts: false,
  // The node runs again as soon as it was injected.
  durationOf: () => 0,
  unavailable: async (platform, component) =>
    platform.keys === undefined
      ? 'a drill has no second API key of a deployment: possible in a lab of one site that the drill starts. Elsewhere, give nodes a file with both keys: change-config with configFile'
      : missingAny(platform, component, ['signal', 'start']),
  inject: (context) =>
    forAll(context.components, async (component) => {
      const isDraining = await beginDrain(context, component);
      await restartWith(context, component, context.params.keys, isDraining);
    }),
  // A later step of the rotation may have changed the keys again.
  missingEffect: async ({ platform, params }, component) =>
    (await platform.keys?.present(component)) === params.keys
      ? findTerminated(platform, component)
      : null,
  // The lab ends with its drill.
  rollbackSteps: () => [],
  rollback: (context) =>
    forAll(context.components, async (component) => {
      const atOnce = { ...context, params: { ...context.params, grace: 0 } };
      const present = (await context.platform.keys?.present(component)) ?? 'first';
      if (present !== 'first') await restartWith(atOnce, component, 'first');
      // Its keys change after its drain.
      else await startDrained({ ...atOnce, components: [component] });
    }),
};
