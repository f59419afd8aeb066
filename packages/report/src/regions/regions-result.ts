import type { RegionFacts, RegionJudgement, RegionPlan } from '@livekit-swarm/ready';

/** Result of `swarm regions`. */
export interface RegionsResult extends RegionJudgement {
  /** Path of the file, as it was given. */
  file: string;
  startedAtMs: number;
  plan: RegionPlan;
  facts: RegionFacts;
}
