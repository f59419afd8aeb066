import { imaginedPlace } from './process/imagined-place.ts';
import { processTarget } from './process.ts';
import type { Target } from './target.ts';

/** The lab of a drill before it is raised: its parts by name, and what this machine lets one do to them. Nothing can be injected into it. */
export const imaginedLab = (nodes: number): Target => processTarget(imaginedPlace(nodes));
