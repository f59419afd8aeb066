import { setTimeout as sleep } from 'node:timers/promises';
import { duration, word } from '@livekit-swarm/settings';
import { type Component, type Platform, waitUntil } from '../../targets/platform.ts';
import type { RolloutStep } from '../../targets/rollout.ts';
import type { FaultContext } from '../fault.ts';
import { forAll, terminateComponent } from './process-control.ts';

/** Ends of a drain: the signal for a node that still has rooms. */
export const DRAIN_ENDS = ['sigkill', 'sigterm'] as const;

/** Parameters of every change that stops a node. */
export const drainKeys = () => ({
  grace: duration()
    .prefault('30s')
    .describe('Longest drain, from SIGTERM until the node is ended although it still has rooms.'),
  end: word(DRAIN_ENDS, 'end of the drain')
    .default('sigkill')
    .describe(
      'Signal at the end of the drain. sigkill: as Docker, systemd and Kubernetes do. sigterm: a second SIGTERM, after which LiveKit notifies its participants.',
    ),
});

export interface DrainParams {
  /** Longest drain, ms. */
  grace: number;
  end: (typeof DRAIN_ENDS)[number];
}

/** Receives steps of the change of a node. */
export type ReportStep = (step: Pick<RolloutStep, 'step'> & Partial<RolloutStep>) => void;

const POLL_MS = 50;
/** Time that LiveKit has to exit after a second SIGTERM, ms. */
const SECOND_SIGTERM_MS = 5_000;

/**
 * Drains a node and ends it: SIGTERM, and at the end of the drain the signal that was chosen.
 * @param isDraining true when the node is draining already: another SIGTERM would end it at once
 */
export const drainNode = async (
  platform: Platform,
  component: Component,
  { grace, end }: DrainParams,
  onStep: ReportStep = () => {},
  isDraining = false,
): Promise<void> => {
  // A node that had its signal may have ended since.
  const instance = isDraining ? component.instance : await platform.instance(component);
  if (instance === null) return;
  const isGone = async (): Promise<boolean> => (await platform.instance(component)) !== instance;
  if (grace > 0) {
    onStep({ step: 'draining' });
    if (!isDraining) await platform.signal(component, 'SIGTERM');
    if (await waitUntil(isGone, { withinMs: grace, everyMs: POLL_MS })) {
      onStep({ step: 'stopped' });
      return;
    }
  }
  onStep({ step: 'cutting' });
  if (end === 'sigterm') {
    if (grace === 0) {
      if (!isDraining) await platform.signal(component, 'SIGTERM');
      await sleep(BETWEEN_SIGTERMS_MS);
    }
    await platform.signal(component, 'SIGTERM');
    await waitUntil(isGone, { withinMs: SECOND_SIGTERM_MS, everyMs: POLL_MS });
  }
  if (!(await isGone())) await terminateComponent(platform, component, 0);
  onStep({ step: 'stopped' });
};

/** Delay between two SIGTERMs, ms: LiveKit counts two that arrive together as one. */
const BETWEEN_SIGTERMS_MS = 200;

/** Drains nodes and ends them, and reports each step. */
export const drainNodes = (context: FaultContext<DrainParams>): Promise<void> =>
  forAll(context.components, async (component) => {
    const { platform, params, onStep } = context;
    const isDraining = await beginDrain(context, component);
    const report: ReportStep = (step) => {
      const { name, nodeId } = component;
      onStep?.({ component: name, nodeId, version: null, detail: null, ...step });
    };
    await drainNode(platform, component, params, report, isDraining);
  });

/**
 * Notes that the drain of a node begins.
 * @returns true when the node has had its first signal together with the note
 */
export const beginDrain = async (
  { params: { grace, end }, ...context }: FaultContext<DrainParams>,
  component: Component,
): Promise<boolean> =>
  (await context.beginDrain?.(component, grace > 0 || end === 'sigterm' ? 'SIGTERM' : 'SIGKILL')) ??
  false;

/**
 * Returns true when the process from before the injection runs, and may have had its SIGTERM: it
 * accepts no rooms any more, and another SIGTERM would end it at once.
 */
export const mayDrain = async (
  { platform, draining }: Pick<FaultContext<unknown>, 'platform' | 'draining'>,
  component: Component,
): Promise<boolean> =>
  (draining?.has(component.name) ?? true) &&
  (await platform.instance(component)) === component.instance;

/**
 * Starts nodes that `drainNodes` has ended; ends them first where they are draining. A node whose
 * drain has not begun keeps its calls.
 */
export const startDrained = (context: FaultContext<DrainParams>): Promise<void> =>
  forAll(context.components, async (component) => {
    const { platform, params } = context;
    if (await mayDrain(context, component))
      await drainNode(platform, component, params, undefined, true);
    await platform.start(component);
  });
