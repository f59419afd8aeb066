import {
  decideVerdict,
  foldRecord,
  resolveThresholds,
  type Summary,
} from '@livekit-swarm/analysis';
import { readRecordLines } from '@livekit-swarm/record';
import { isUsageError } from '@livekit-swarm/settings';
import { damagedRecords } from '@livekit-swarm/testkit/damaged-record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { propertyRuns } from '@livekit-swarm/testkit/property-runs';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wholeOf } from '../reporter.ts';
import { REPORTERS } from './index.ts';

const lines = recordOf(
  specOf({ rooms: 1, participants: 2, publish: ['audio', 'video'], durationMs: 2_000 }),
  1,
);

const summaryOf = async (texts: string[]): Promise<Summary | null> => {
  try {
    return await foldRecord(texts);
  } catch (error) {
    if (isUsageError(error)) return null;
    throw error;
  }
};

it.each(Object.entries(REPORTERS))(
  '%s shows whatever record can be read',
  async (_name, reporter) => {
    await fc.assert(
      fc.asyncProperty(damagedRecords(lines), async ({ texts, what }) => {
        const summary = await summaryOf(texts);
        if (summary === null) return;
        const decision = decideVerdict(summary, resolveThresholds(summary.scenario, []));
        const input = {
          summary,
          decision,
          recordPath: 'records/x',
          readLines: () => readRecordLines(texts),
        };
        const rendered = reporter.render([input]);
        if (rendered !== null)
          await expect(wholeOf(rendered), what).resolves.toEqual(expect.any(String));
      }),
      propertyRuns(300),
    );
  },
);
