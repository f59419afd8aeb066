import type { DrillPlan } from '@livekit-swarm/chaos';
import { stringify } from 'yaml';

/**
 * Manifests of the helper pods that a drill starts, for `kubectl apply --dry-run=server -f -`; null:
 * it starts none.
 */
export const helperManifests = ({ helpers }: Pick<DrillPlan, 'helpers'>): string | null =>
  helpers.length === 0
    ? null
    : `The manifests of its helper pods, before they get names of their own:\n\n${helpers.map((helper) => `---\n${stringify(helper)}`).join('')}`;
