import type { ResultPage } from '../page/result-page.ts';
import { defectText, headlineText, recordingTable } from './phrases.ts';
import type { RecordingsResult } from './recordings-result.ts';

/** Page of recordings: their defects and contents. */
export const recordingsPage = (result: RecordingsResult): ResultPage => ({
  kind: 'recordings',
  subject: result.recordings.length === 1 ? (result.recordings[0]?.name ?? '') : 'recordings',
  tone: result.verdict,
  headline: headlineText(result),
  lead: `Exit code ${result.exitCode}.`,
  asked: null,
  reasons: result.recordings.flatMap(({ name, defects, unread }) => [
    ...defects.map((defect) => `${name}: ${defectText(defect)}`),
    ...(unread === null ? [] : [`${name}: not judged: ${unread}`]),
  ]),
  sections: [{ title: 'Recordings', table: recordingTable(result) }],
  startedAt: new Date(result.startedAtMs).toISOString(),
});
