import { damagedRecords } from '@livekit-swarm/testkit/damaged-record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { propertyRuns } from '@livekit-swarm/testkit/property-runs';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { resolveThresholds } from '../verdict/default-thresholds.ts';
import { decideVerdict } from '../verdict/verdict.ts';
import { foldRecord } from './summarize.ts';

const data = { messagesPerSecond: 10, bytes: 200, reliable: false };
const lines = recordOf(
  specOf({ rooms: 1, participants: 3, publish: ['audio', 'video'], data, durationMs: 3_000 }),
  2,
  ['packet_loss@steady: rate<1%'],
);

it('a damaged record is read or rejected, without any other error', async () => {
  await fc.assert(
    fc.asyncProperty(damagedRecords(lines), async ({ texts, what }) => {
      try {
        const summary = await foldRecord(texts);
        const decision = decideVerdict(summary, resolveThresholds(summary.scenario));
        expect(['passed', 'failed', 'inconclusive']).toContain(decision.verdict);
      } catch (error) {
        expect(error, what).toMatchObject({ exitCode: 2 });
      }
    }),
    propertyRuns(2_000),
  );
});
