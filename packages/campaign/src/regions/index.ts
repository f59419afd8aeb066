export { checkRegions, type RegionCheck } from './check-regions.ts';
export type { RegionProgress } from './session.ts';
