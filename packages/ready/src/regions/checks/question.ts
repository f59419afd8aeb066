import type { CheckResult } from '@livekit-swarm/verify';
import type { RegionFacts } from '../region-facts.ts';
import type { RegionPlan } from '../region-file.ts';

/** A question about regions, answered from what was seen. */
export interface RegionQuestion {
  id: string;
  /** Property that holds when the answer is yes: a sentence. */
  title: string;
  /** Most frequent cause of a no, and what users notice. */
  cause: string;
  fix: string;
  answer(facts: RegionFacts, plan: RegionPlan): CheckResult;
}

/** Round-trip time between two regions of a plan, ms. */
export const rttBetween = ({ regions, rttMs }: RegionPlan, one: string, other: string): number => {
  const position = (name: string): number => regions.findIndex((region) => region.name === name);
  return rttMs[position(one)]?.[position(other)] ?? Number.NaN;
};

/** Regions with nodes that are nearest to a region; several where they are as far. */
export const nearestRegions = (plan: RegionPlan, from: string): string[] => {
  const withNodes = plan.regions.filter(({ nodes }) => nodes.length > 0).map(({ name }) => name);
  const least = Math.min(...withNodes.map((name) => rttBetween(plan, from, name)));
  return withNodes.filter((name) => rttBetween(plan, from, name) === least);
};

/** Region in which the node with this name stands; null: it is not known. */
export const siteOf = ({ nodes }: RegionFacts, node: string | null): string | null =>
  nodes.find(({ name }) => name === node)?.site ?? null;

/** `90 ms`, without decimals above 10. */
export const msText = (ms: number): string =>
  `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
