import { junitDocument } from '../junit/document.ts';
import { defectText, factsText } from './phrases.ts';
import type { RecordingsResult } from './recordings-result.ts';

/** JUnit XML: one test case for each recording. */
export const renderRecordingsJunit = ({ startedAtMs, recordings }: RecordingsResult): string =>
  junitDocument([
    {
      name: 'recordings',
      startedAt: new Date(startedAtMs).toISOString(),
      properties: [],
      cases: recordings.map((recording) => {
        const texts = recording.defects.map(defectText);
        const [first] = recording.defects;
        return {
          ...{ name: recording.name, seconds: 0, output: `${factsText(recording)}\n` },
          failed:
            first === undefined
              ? recording.unread === null
                ? null
                : {
                    ...{ kind: 'error', type: 'not_read' },
                    ...{ message: recording.unread, text: recording.unread },
                  }
              : {
                  ...{ kind: 'failure', type: first.code },
                  ...{ message: texts[0] ?? '', text: texts.join('\n') },
                },
        };
      }),
    },
  ]);
