import { watchInterruption } from '@livekit-swarm/host';
import type { RecordLine } from '@livekit-swarm/record';
import {
  exitCodeOf,
  isRun,
  type NoRun,
  type Outcome,
  overallExitCode,
} from '@livekit-swarm/report';
import type { LiveRun } from '@livekit-swarm/runner';
import { EXIT_CODES, type ExitCode, isUsageError, SwarmError } from '@livekit-swarm/settings';
import { type Baseline, compareWithBaseline } from './compare/baseline.ts';
import { type Console, wantsColor, write } from './console.ts';
import { formatError, noRunOf, swarmErrorOf } from './error-text.ts';
import { executeScenario, type ScenarioRun } from './execute-scenario.ts';
import type { SharedRunFlags } from './flags.ts';
import { type LivePageFlags, openRunPage, untilInterrupted } from './live-page.ts';
import type { Output } from './output/output.ts';
import { createProgressPrinter, type ProgressPrinter } from './progress-printer.ts';
import { afterPushes, openMetricOutputs } from './push-run-metrics.ts';
import { serveRunMetrics } from './serve-run-metrics.ts';

/** A planned run and what differs between the runs of one command. */
export type PlannedScenario = Pick<ScenarioRun, 'prepared' | 'recordDir'> & {
  baseline: Baseline | null;
};

type Shared = Pick<
  ScenarioRun,
  'target' | 'guard' | 'signalling' | 'queue' | 'browser' | 'serverMetrics' | 'reconnectPolicy'
>;

/**
 * Runs scenarios one after the other, each against an embedded server where no URL is given, and prints the outcome of each. A scenario
 * that fails to start does not prevent the others; Ctrl-C ends the current one and skips the rest.
 * @returns the most severe exit code
 * @throws SwarmError `usage` when the only scenario cannot be started, an output cannot be used, or the address for metrics is not available
 */
export const executeSequence = async (
  scenarios: readonly PlannedScenario[],
  shared: Shared,
  flags: Pick<SharedRunFlags, 'quiet' | 'color' | 'metrics' | 'out'> & LivePageFlags,
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
  const metricOutputs = await openMetricOutputs(flags.out, env, warn);
  const metrics =
    flags.metrics === undefined ? null : await serveRunMetrics(flags.metrics, { stderr, env });
  const page = await openRunPage(flags, stderr).catch(async (error: unknown) => {
    await metrics?.close();
    throw error;
  });
  const interruption = watchInterruption();
  const announceInterruption = (): void =>
    printer.print('Interrupted: stopping gracefully. Press Ctrl-C again to force.');
  interruption.stop.addEventListener('abort', announceInterruption);
  const several = scenarios.length > 1;
  const outcomes: Outcome[] = [];
  try {
    for (const [index, scenario] of scenarios.entries()) {
      if (interruption.stop.aborted) {
        outcomes.push(notRun(scenario));
      } else {
        if (several)
          printer.print(
            `${index === 0 ? '' : '\n'}[${index + 1}/${scenarios.length}] ${scenario.prepared.plan.scenario.name}`,
          );
        const { baseline, ...own } = scenario;
        const push = metricOutputs?.begin() ?? null;
        const live = page?.begin({ number: index + 1, of: scenarios.length });
        const taps = [metrics?.begin(), push?.add, live?.add].filter((tap) => tap !== undefined);
        const onLine = (line: RecordLine): void => {
          for (const tap of taps) tap(line);
        };
        const onStart = ({ interim }: Pick<LiveRun, 'interim'>): void => live?.observe(interim);
        const request = { ...own, ...shared, onLine, onStart, interruption, printer };
        const run = attempt(request, several);
        const outcome = await afterPushes(run, push, interruption.kill);
        if (!isRun(outcome)) await write(stderr, formatError(outcome));
        outcomes.push(
          isRun(outcome) && baseline !== null
            ? await compareWithBaseline(outcome, baseline)
            : outcome,
        );
      }
      const [latest] = outcomes.slice(-1);
      if (latest !== undefined) page?.finished(latest);
      // After a usage error only the error is printed.
      if (latest !== undefined && (several || exitCodeOf(latest) !== EXIT_CODES.usage.code))
        await output.add(latest);
    }
    const exitCode = await output.close(overallExitCode(outcomes));
    await page?.done();
    interruption.stop.removeEventListener('abort', announceInterruption);
    await metrics?.linger(interruption.stop, () =>
      printer.print('Waiting for a final scrape of /metrics (Ctrl-C to skip)'),
    );
    if (page !== null && flags.uiStay === true && !interruption.stop.aborted) {
      stderr.write(`The report stays at ${page.url} until Ctrl-C.\n`);
      await untilInterrupted(interruption.stop);
    }
    return exitCode;
  } finally {
    interruption.dispose();
    await page?.close();
    await metrics?.close();
  }
};

const attempt = async (
  request: ScenarioRun & { printer: ProgressPrinter },
  several: boolean,
): Promise<Outcome> => {
  try {
    return await executeScenario(request);
  } catch (error) {
    if (several && isUsageError(error))
      return noRunOf(swarmErrorOf(error), request.prepared.plan.scenario.name);
    throw error;
  }
};

const notRun = ({ prepared }: PlannedScenario): NoRun =>
  noRunOf(
    new SwarmError('interrupted', 'not run: the scenario before it was interrupted'),
    prepared.plan.scenario.name,
  );
