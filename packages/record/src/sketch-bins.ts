import { z } from 'zod';

/** A distribution: `SketchBins` of packages/metrics. */
export const sketchBins = z.object({ bins: z.array(z.number()), zeros: z.number() });
