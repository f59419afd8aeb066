import { defaultRecordDir } from '@livekit-swarm/campaign';
import { openJournal } from '@livekit-swarm/chaos';
import { watchInterruption } from '@livekit-swarm/host';
import { mostSevere } from '@livekit-swarm/report';
import {
  type DrillOutcome,
  exitCodeOfDrill,
  isDrillResult,
  renderDrillText,
} from '@livekit-swarm/report/drill';
import { EXIT_CODES, type ExitCode, invalidFile } from '@livekit-swarm/settings';
import { type DeploymentFlags, labNote } from '../chaos/deployment-choice.ts';
import { readDrills } from '../chaos/drill-files.ts';
import { serveDrillMetrics } from '../chaos/drill-metrics.ts';
import { readDrillReports, writeDrillReports } from '../chaos/drill-output.ts';
import { type DrillRequestFlags, readDrillRequest } from '../chaos/drill-request.ts';
import { type Overrides, overrideDrill, readLoadOverride } from '../chaos/override-drill.ts';
import { rollbackLeftovers } from '../chaos/rollback-pending.ts';
import { alertProblems } from '../chaos/shipped-rules.ts';
import { superviseDrill } from '../chaos/supervise-drill.ts';
import { type Console, wantsColor, write } from '../console.ts';
import { formatError } from '../error-text.ts';
import { leftOutLines } from '../left-out-lines.ts';
import { exitCodeAfter } from '../output/result-output.ts';
import { createProgressPrinter } from '../progress-printer.ts';
import { readRecordDir } from '../requests/record-folder.ts';
import type { ServedMetricsFlags } from '../serve-run-metrics.ts';

export interface ChaosRunFlags extends DrillRequestFlags, ServedMetricsFlags, Overrides {
  strict?: boolean;
  report: string[];
  record?: string;
  json?: boolean;
  quiet?: boolean;
  color: boolean;
}

/**
 * `swarm chaos run FILE…`: runs drills one after the other. All are read before the first starts.
 * @param typed whether a flag was given on the command line
 * @throws SwarmError `usage` before anything was started, or when the rollback of an earlier drill fails
 */
export const chaosRunCommand = async (
  paths: readonly string[],
  flags: ChaosRunFlags,
  typed: (flag: keyof DeploymentFlags) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const { stdout, stderr, env } = console;
  const requests = readDrillReports(flags.report, flags.json === true);
  const request = readDrillRequest(flags, typed, env);
  const { deployment } = request;
  const drills = readDrills(paths, readLoadOverride(flags)).map((drill) =>
    overrideDrill(drill, flags),
  );
  if (deployment.type === 'embedded') {
    const problems = drills.flatMap((drill, index) => alertProblems(paths[index] ?? '', drill));
    if (problems.length > 0) throw invalidFile(problems);
  }
  const dirs = drills.map(({ name }) =>
    readRecordDir(flags.record, name, drills.length > 1, ['.', 'repeat-1']),
  );
  const strict = flags.strict === true;
  const printer = createProgressPrinter(stderr, {
    quiet: flags.quiet === true,
    color: wantsColor(flags.color, stderr, env),
  });
  const journal = openJournal();
  await rollbackLeftovers(journal, printer.print);
  const forLab = deployment.type === 'embedded' && drills.some(({ lab }) => lab.alerts);
  const metrics = await serveDrillMetrics({ served: flags, forLab }, { stderr, env });

  const interruption = watchInterruption();
  const printInterrupted = (): void =>
    printer.print(
      'Interrupted: rolling back all faults and stopping. Press Ctrl-C again to force.',
    );
  interruption.stop.addEventListener('abort', printInterrupted);
  const outcomes: DrillOutcome[] = [];
  try {
    if (deployment.type === 'embedded' && deployment.server !== null)
      leftOutLines([deployment.server]).forEach(printer.print);
    for (const [index, drill] of drills.entries()) {
      if (interruption.stop.aborted) break;
      if (drills.length > 1)
        printer.print(`${index === 0 ? '' : '\n'}[${index + 1}/${drills.length}] ${drill.name}`);
      const note = labNote(drill, deployment);
      if (note !== null) printer.print(`warning: ${note}`);
      const outcome = await superviseDrill({
        drill,
        ...request,
        dir: dirs[index] ?? defaultRecordDir(drill.name, new Date()),
        journal,
        metrics,
        interruption,
        printer,
      });
      outcomes.push(outcome);
      if (!isDrillResult(outcome)) await write(stderr, formatError(outcome));
      else if (requests.every(({ to }) => to !== 'stdout')) {
        const color = wantsColor(flags.color, stdout, env);
        await write(
          stdout,
          `${index === 0 ? '' : '\n'}${renderDrillText(outcome, { color, strict })}`,
        );
      }
      const rest = drills.slice(index + 1).map(({ name }) => name);
      if (hasActiveFault(outcome) && rest.length > 0) {
        printer.print(`Not run, because the fault is still active: ${rest.join(', ')}.`);
        break;
      }
    }
    const complete = await writeDrillReports(
      requests,
      outcomes,
      { strict, quiet: flags.quiet === true, color: flags.color },
      console,
    );
    const code = mostSevere([
      ...outcomes.map((outcome) =>
        isDrillResult(outcome) ? exitCodeOfDrill(outcome, strict) : outcome.exitCode,
      ),
      // The code means that every fault was rolled back.
      ...(interruption.stop.aborted && !outcomes.some(hasActiveFault)
        ? [EXIT_CODES.interrupted.code]
        : []),
    ]);
    interruption.stop.removeEventListener('abort', printInterrupted);
    await metrics.linger(interruption.stop, () =>
      printer.print('Waiting for a final scrape of /metrics (Ctrl-C to skip)'),
    );
    return exitCodeAfter(complete, code);
  } finally {
    interruption.stop.removeEventListener('abort', printInterrupted);
    interruption.dispose();
    await metrics.close();
  }
};

const hasActiveFault = (outcome: DrillOutcome): boolean =>
  !isDrillResult(outcome) && outcome.code === 'rollback_failed';
