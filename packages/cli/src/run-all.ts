import { watchInterruption } from '@livekit-swarm/host';
import {
  exitCodeOf,
  isRun,
  type NoRun,
  type Outcome,
  overallExitCode,
} from '@livekit-swarm/report';
import { EXIT_CODES, type ExitCode, isUsageError, SwarmError } from '@livekit-swarm/settings';
import { type Baseline, compareWithBaseline } from './compare/baseline.ts';
import { type Console, type OutputStream, wantsColor, write } from './console.ts';
import { formatError, noRunOf, swarmErrorOf } from './error-text.ts';
import type { CrowdFlags } from './flags.ts';
import type { Output } from './output/output.ts';
import { createProgressPrinter, type ProgressPrinter } from './progress-printer.ts';
import { runScenario, type ScenarioRun } from './run-scenario.ts';
import { serveRunMetrics } from './serve-run-metrics.ts';

/** A planned run and what differs between the runs of one command. */
export type Turn = Pick<ScenarioRun, 'prepared' | 'recordDir'> & { baseline: Baseline | null };

type Shared = Pick<ScenarioRun, 'target' | 'signalling' | 'reconnectPolicy'>;

/**
 * Runs scenarios one after the other, each against an embedded server where no URL is given, and prints the outcome of each. A scenario
 * that fails to start does not prevent the others; Ctrl-C ends the current one and skips the rest.
 * @returns the most severe exit code
 * @throws SwarmError `usage` when the only scenario cannot be started, or the address for metrics is not available
 */
export const runAll = async (
  turns: readonly Turn[],
  shared: Shared,
  flags: Pick<CrowdFlags, 'quiet' | 'color' | 'metrics'>,
  output: Output,
  { stderr, env }: Console,
): Promise<ExitCode> => {
  const metrics =
    flags.metrics === undefined ? null : await serveRunMetrics(flags.metrics, { stderr, env });
  const interruption = watchInterruption();
  const printer = createProgressPrinter(stderr, {
    quiet: flags.quiet === true,
    color: wantsColor(flags.color, stderr, env),
  });
  const sayInterrupted = (): void =>
    printer.print('Interrupted: stopping gracefully. Press Ctrl-C again to force.');
  interruption.stop.addEventListener('abort', sayInterrupted);
  const several = turns.length > 1;
  const outcomes: Outcome[] = [];
  try {
    for (const [index, turn] of turns.entries()) {
      if (interruption.stop.aborted) {
        outcomes.push(notRun(turn));
      } else {
        if (several)
          printer.print(
            `${index === 0 ? '' : '\n'}[${index + 1}/${turns.length}] ${turn.prepared.plan.scenario.name}`,
          );
        const { baseline, ...own } = turn;
        const tap = metrics === null ? {} : { onLine: metrics.begin() };
        const outcome = await attempt(
          { ...own, ...shared, ...tap, interruption, printer },
          several,
        );
        if (!isRun(outcome)) await tell(outcome, stderr);
        outcomes.push(
          isRun(outcome) && baseline !== null
            ? await compareWithBaseline(outcome, baseline)
            : outcome,
        );
      }
      const [latest] = outcomes.slice(-1);
      // After a usage error only the error is printed.
      if (latest !== undefined && (several || exitCodeOf(latest) !== EXIT_CODES.usage.code))
        await output.add(latest);
    }
    const exitCode = await output.close(overallExitCode(outcomes));
    interruption.stop.removeEventListener('abort', sayInterrupted);
    await metrics?.linger(interruption.stop, () =>
      printer.print('Waiting until the last figures are fetched from /metrics; Ctrl-C: do not.'),
    );
    return exitCode;
  } finally {
    interruption.dispose();
    await metrics?.close();
  }
};

const attempt = async (
  request: ScenarioRun & { printer: ProgressPrinter },
  several: boolean,
): Promise<Outcome> => {
  try {
    return await runScenario(request);
  } catch (error) {
    if (several && isUsageError(error))
      return noRunOf(swarmErrorOf(error), request.prepared.plan.scenario.name);
    throw error;
  }
};

const tell = (outcome: NoRun, stderr: OutputStream): Promise<void> =>
  write(stderr, formatError(outcome));

const notRun = ({ prepared }: Turn): NoRun =>
  noRunOf(
    new SwarmError('interrupted', 'not run: the one before it was interrupted'),
    prepared.plan.scenario.name,
  );
