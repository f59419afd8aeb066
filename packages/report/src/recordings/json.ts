import { jsonText } from '../json-text.ts';
import type { RecordingsResult } from './recordings-result.ts';

/** One object, for machines: times are ms, from the beginning of a recording. */
export const renderRecordingsJson = (result: RecordingsResult): string =>
  jsonText({ schema: 'livekit-swarm/recordings/1', ...result });
