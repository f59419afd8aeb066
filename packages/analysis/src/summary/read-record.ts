import type { Threshold } from '@livekit-swarm/metrics';
import { textLines } from '@livekit-swarm/record';
import { foldRecord } from './fold-record.ts';
import type { Summary } from './summary.ts';

/**
 * Sums up a record on disk, whether its run has ended or not.
 * @param thresholds that it will be judged by besides its own, for the windows that they name
 * @throws SwarmError `bad_record`
 */
export const readRecord = (path: string, thresholds?: readonly Threshold[]): Promise<Summary> =>
  foldRecord(textLines(path), thresholds);
