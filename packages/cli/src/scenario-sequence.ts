import { type PlannedRun, runOnce, runSequence } from '@livekit-swarm/campaign';
import type { RecordLine } from '@livekit-swarm/record';
import {
  exitCodeOf,
  isRun,
  type Outcome,
  overallExitCode,
  type ReportInput,
} from '@livekit-swarm/report';
import type { LiveRun } from '@livekit-swarm/runner';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import { interruptRuns } from './command-interruption.ts';
import { type Baseline, compareWithBaseline } from './compare/baseline.ts';
import { type Console, type OutputStream, wantsColor, write } from './console.ts';
import { formatError } from './error-text.ts';
import type { SharedRunFlags } from './flags/run.ts';
import { leftOutLinesOf } from './left-out-lines.ts';
import { type LivePageFlags, openRunPage } from './live-page.ts';
import { notifyEnded, openNotifications } from './notify-ended.ts';
import type { Output } from './output/output.ts';
import { printFailure } from './output/print-failure.ts';
import { createProgressPrinter } from './progress-printer.ts';
import { afterPushes, openMetricOutputs } from './push-run-metrics.ts';
import { BASELINE_FILE, keepBaseline } from './records/baseline-file.ts';
import { showRun } from './run-observer.ts';
import { type ServedMetricsFlags, serveRunMetrics } from './serve-run-metrics.ts';
import { untilAborted } from './until-aborted.ts';
import { VERSION } from './version.ts';

/** A planned run, its folder (null: the default), and the baseline that it is compared with. */
export interface PlannedScenario {
  planned: PlannedRun;
  recordDir: string | null;
  baseline: Baseline | null;
}

/**
 * Runs scenarios one after the other, each against an embedded server where no URL is given, and prints the outcome of each. A scenario
 * that fails to start does not prevent the others; Ctrl-C ends the current one and skips the rest.
 * @returns the most severe exit code
 * @throws SwarmError `usage` when the only scenario cannot be started, an output cannot be used, or the address for metrics is not available
 */
export const executeSequence = async (
  scenarios: readonly PlannedScenario[],
  flags: Pick<SharedRunFlags, 'quiet' | 'color' | 'out' | 'notify'> &
    ServedMetricsFlags &
    LivePageFlags,
  output: Output,
  { stderr, env }: Console,
): Promise<ExitCode> => {
  const quiet = flags.quiet === true;
  const printer = createProgressPrinter(stderr, {
    quiet,
    color: wantsColor(flags.color, stderr, env),
  });
  // A warning is not progress: --quiet does not silence it.
  const warn = (line: string): void =>
    quiet ? void stderr.write(`${line}\n`) : printer.print(line);
  const [first] = scenarios;
  if (first !== undefined) leftOutLinesOf(first.planned.request.target).forEach(warn);
  const notifier = await openNotifications(flags.notify, env);
  const metricOutputs = await openMetricOutputs(flags.out, env, warn);
  const metrics = await serveRunMetrics(flags, { stderr, env });
  const page = await openRunPage(flags, stderr).catch(async (error: unknown) => {
    await metrics?.close();
    throw error;
  });
  const interruption = interruptRuns(printer);
  const several = scenarios.length > 1;
  /** Shows an outcome; after a usage error of the only run, only the error. */
  const show = async (outcome: Outcome): Promise<void> => {
    page?.finished(outcome);
    if (several || exitCodeOf(outcome) !== EXIT_CODES.usage.code) await output.add(outcome);
  };
  try {
    const outcomes = await runSequence({
      runs: scenarios.map(({ planned }) => planned),
      stop: interruption.stop,
      carryOut: async (planned, index) => {
        if (several)
          printer.print(
            `${index === 0 ? '' : '\n'}[${index + 1}/${scenarios.length}] ${planned.plan.scenario.name}`,
          );
        const push = metricOutputs?.begin() ?? null;
        const live = page?.begin({ number: index + 1, of: scenarios.length });
        const taps = [metrics?.begin(), push?.add, live?.add].filter((tap) => tap !== undefined);
        const onLine = (line: RecordLine): void => {
          for (const tap of taps) tap(line);
        };
        const onStart = ({ interim }: Pick<LiveRun, 'interim'>): void => live?.observe(interim);
        const run = runOnce(planned, {
          recordDir: scenarios[index]?.recordDir ?? null,
          interruption,
          observer: { ...showRun(printer), onLine, onStart },
          version: VERSION,
        });
        const outcome = await afterPushes(run, push, interruption.kill);
        const baseline = scenarios[index]?.baseline ?? null;
        return isRun(outcome) && baseline !== null
          ? await compareAndKeep(outcome, baseline, stderr)
          : outcome;
      },
      onEnded: async (outcome) => {
        if (!isRun(outcome)) await write(stderr, formatError(outcome));
        await show(outcome);
      },
      onSkipped: show,
    });
    const exitCode = await output.close(overallExitCode(outcomes));
    await notifyEnded(notifier, outcomes, { kill: interruption.kill, warn });
    await page?.done();
    interruption.ignore();
    await metrics?.linger(interruption.stop, () =>
      printer.print('Waiting for a final scrape of /metrics (Ctrl-C to skip)'),
    );
    if (page !== null && flags.uiStay === true && !interruption.stop.aborted) {
      stderr.write(`The report stays at ${page.url} until Ctrl-C.\n`);
      await untilAborted(interruption.stop);
    }
    return exitCode;
  } finally {
    interruption.dispose();
    await page?.close();
    await metrics?.close();
  }
};

/** Compares a run with its baseline, and keeps the verdict beside the record. */
const compareAndKeep = async (
  run: ReportInput,
  baseline: Baseline,
  stderr: OutputStream,
): Promise<ReportInput> => {
  const compared = await compareWithBaseline(run, baseline);
  try {
    const bases = baseline.side.runs.map(({ name }) => name);
    await keepBaseline(compared, bases);
  } catch (error) {
    const where = `${run.recordPath ?? ''}: ${BASELINE_FILE}`;
    await printFailure(stderr, { name: 'baseline', where, error, hint: 'the verdict stands' });
  }
  return compared;
};
