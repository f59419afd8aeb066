import { failedReport, inconclusiveReport, passedReport } from '@livekit-swarm/testkit/reports';
import { describe, expect, it } from 'vitest';
import type { Reporter } from '../reporter.ts';
import { wholeOf } from '../reporter.ts';
import { REPORTERS } from './index.ts';
import type { NoRun, Outcome } from './report-input.ts';

const NO_RUN: NoRun = {
  scenario: 'voice-ai',
  verdict: 'failed',
  exitCode: 3,
  reason: 'unreachable',
  message: 'wss://livekit.example.com: no answer',
  hint: 'look whether it runs',
};

const textOf = async (
  reporter: Reporter<readonly Outcome[]>,
  outcomes: Outcome[],
): Promise<string | null> => {
  const rendered = reporter.render(outcomes);
  return rendered === null ? null : await wholeOf(rendered);
};

/** A page without its scripts. */
const shownOf = (text: string): string => text.replace(/<(script|style)>.*?<\/\1>/gs, '');

describe.each<[string, Reporter<readonly Outcome[]>]>(Object.entries(REPORTERS))(
  'the reporter %s',
  (name, reporter) => {
    it('shows every run, and only what is there', async () => {
      for (const input of [passedReport(), failedReport(), inconclusiveReport()]) {
        const text = await textOf(reporter, [input]);
        expect(text?.length).toBeGreaterThan(50);
        expect(shownOf(text ?? '')).not.toMatch(/NaN|Infinity|undefined|\[object/);
        expect(text).toMatch(/\n$/);
      }
    });

    it('shows why a run did not start, or nothing', async () => {
      const text = await textOf(reporter, [NO_RUN]);
      if (name === 'csv') expect(text).toBeNull();
      // Figures alone.
      else if (name === 'k6') expect(JSON.parse(text ?? '').metrics.checks.value).toBe(0);
      else if (name === 'openmetrics') expect(text).toMatch(/exit_code\{.*\} 3\n/);
      else expect(text).toMatch(/no answer/);
    });

    if (reporter.several)
      it('shows several runs in one document', async () => {
        const alone = await textOf(reporter, [passedReport()]);
        const both = await textOf(reporter, [passedReport(), NO_RUN, failedReport()]);
        expect(both?.length).toBeGreaterThan((alone ?? '').length);
      });

    it('has a file name of its own', () => {
      const names = Object.values<Reporter<readonly Outcome[]>>(REPORTERS).map(
        ({ fileName }) => fileName,
      );
      expect(names.filter((other) => other === reporter.fileName)).toHaveLength(1);
      expect(reporter.fileName).toMatch(/^[a-z0-9-]+\.[a-z]+$/);
    });
  },
);
