import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { imaginedLab, type RaisedDeployment, raiseDrillLab, standingLab, type Target } from '@livekit-swarm/chaos';
import type { Drill } from '@livekit-swarm/chaos/drill';
import { UsageError } from '@livekit-swarm/core';
import { DEFAULT_LIVEKIT_VERSION, type LiveKitVersion } from '@livekit-swarm/lab';

/** What drills are done to: a lab that is raised for each, or one that stands. */
export type Where = { type: 'embedded'; version: LiveKitVersion } | { type: 'lab'; name: string };

export interface WhereFlags {
  lab?: string;
  livekitVersion?: LiveKitVersion;
}

/** @throws UsageError */
export const readWhere = ({ lab, livekitVersion }: WhereFlags): Where => {
  if (lab === undefined) return { type: 'embedded', version: livekitVersion ?? DEFAULT_LIVEKIT_VERSION };
  if (livekitVersion === undefined) return { type: 'lab', name: lab };
  throw new UsageError(
    `--livekit-version is of a lab that is raised for the drill, but --lab ${lab} names one that stands`,
    'leave one out',
  );
};

export interface RaiseOptions {
  /** Where a lab of ours keeps its logs. */
  dir: string;
  onProgress(line: string): void;
  signal: AbortSignal;
}

/**
 * The deployment for one repeat.
 * @throws LabError when a lab cannot be raised; ChaosError when there is no such lab
 */
export const openDeployment = (where: Where, drill: Drill, options: RaiseOptions): Promise<RaisedDeployment> =>
  where.type === 'lab'
    ? standingLab(where.name)
    : raiseDrillLab(drill, { ...options, version: where.version, ruleFiles: ruleFiles() });

/** What a drill would be done to, looked at without raising anything. @throws ChaosError when there is no such lab */
export const lookAt = async (where: Where, nodes: number): Promise<Target> => {
  if (where.type === 'embedded') return imaginedLab(nodes);
  const { target } = await standingLab(where.name);
  return target;
};

/** The rules that come with swarm, where they do: a checkout has them. */
const ruleFiles = (): string[] =>
  [fileURLToPath(new URL('../../../../alerts/livekit-swarm.rules.yaml', import.meta.url))].filter(existsSync);
