import { expect, test } from 'vitest';
import { recordingsSample } from '../../test/support/samples.ts';
import { resultOfRecordings } from './recordings-result.ts';
import { renderRecordings } from './text.ts';

test('each recording has its contents, its defects, and what was not judged', () => {
  const text = renderRecordings(recordingsSample());
  for (const line of [
    '✓ good.mp4: 0:08, audio aac, video h264, 1.2 MB, audio behind video by 0 ms at first, 20 ms at last',
    '(or a multiple of 1,000 ms more)',
    '✗ a"<script>alert(1)</script>: 0:05, video vp8, 4 kB, 4 segments',
    '  - it holds 5,000 ms, and 8,000 ms were published: 3,000 ms are missing',
    '  - 0:01 to 0:02.5: no video for 1,500 ms',
    '  - audio is 300 ms ahead of video',
    '  not judged: whether a track is missing',
    '✗ none.ogg: nothing',
    '  room of a"<script>alert(1)</script>: failed, active after 2,400 ms, over 500 ms after the stop',
    '  - egress was not active within 30 s',
    '? s3://lessons/a.mp4: not read',
    '  not judged: a"<script>alert(1)</script>',
    '3 of 5 recordings with defects, 1 of 5 recordings not read from the storage.',
    'Verdict: failed',
  ])
    expect(text).toContain(line);
});

test('a recording that was not read has no defect, and does not pass', () => {
  const { recordings } = recordingsSample();
  const unread = recordings.filter(({ unread }) => unread !== null);
  const good = recordings.filter(({ defects, unread }) => defects.length === 0 && unread === null);
  expect(resultOfRecordings(0, good)).toMatchObject({ verdict: 'passed', exitCode: 0 });
  const both = resultOfRecordings(0, [...good, ...unread]);
  expect(both).toMatchObject({ verdict: 'inconclusive', exitCode: 98 });
  expect(renderRecordings(both)).toContain(
    '2 recordings without a defect, 1 of 2 recordings not read',
  );
  expect(renderRecordings(resultOfRecordings(0, unread))).toContain(
    '1 of 1 recording not read from the storage.',
  );
});
