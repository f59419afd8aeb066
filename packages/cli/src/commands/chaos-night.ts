import { relative } from 'node:path';
import { openJournal } from '@livekit-swarm/chaos';
import {
  type KnownOutcomes,
  NIGHT_RESULT_SCHEMA,
  type NightLine,
  type NightResult,
  pastOutcomes,
  readNightHistory,
} from '@livekit-swarm/chaos/night';
import { watchInterruption, withFileLock } from '@livekit-swarm/host';
import { mostSevere } from '@livekit-swarm/report';
import { NIGHT_REPORTERS } from '@livekit-swarm/report/night';
import { EXIT_CODES, type ExitCode, invalidFile, usageError } from '@livekit-swarm/settings';
import type { DeploymentFlags } from '../chaos/deployment-choice.ts';
import { serveDrillMetrics } from '../chaos/drill-metrics.ts';
import { writeDrillReports } from '../chaos/drill-output.ts';
import { type DrillRequestFlags, readDrillRequest } from '../chaos/drill-request.ts';
import { rollbackLeftovers } from '../chaos/rollback-pending.ts';
import { alertProblems } from '../chaos/shipped-rules.ts';
import { type Console, wantsColor, write } from '../console.ts';
import { leftOutLines } from '../left-out-lines.ts';
import { beginNight, doneBefore, resumeNight } from '../night/choose-night.ts';
import { readNightDrills } from '../night/night-drills.ts';
import { type NightFlags, readNightSettings } from '../night/night-settings.ts';
import { NIGHT_FILE, writeNightState } from '../night/night-state.ts';
import { planNight } from '../night/plan-night.ts';
import { nightPlanDocument, nightPlanText } from '../night/plan-text.ts';
import { runNight } from '../night/run-night.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { createProgressPrinter } from '../progress-printer.ts';
import type { ServedMetricsFlags } from '../serve-run-metrics.ts';
import { makeSessionFolder } from '../session-folder.ts';

export interface ChaosNightFlags
  extends DrillRequestFlags,
    NightFlags,
    ServedMetricsFlags,
    ResultOutputFlags {
  repeats?: string;
  resume?: boolean;
  dryRun?: boolean;
  record?: string;
}

/**
 * `swarm chaos night PATH…`: executes drills in random order, and fails when an outcome is new.
 * @param typed whether a flag was given on the command line
 * @throws SwarmError `usage`, `invalid_file` before anything was started
 */
export const chaosNightCommand = async (
  paths: readonly string[],
  flags: ChaosNightFlags,
  typed: (flag: keyof DeploymentFlags) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const { stdout, stderr, env } = console;
  const output = openResultOutput(NIGHT_REPORTERS, flags, console);
  const request = readDrillRequest(flags, typed, env);
  const settings = readNightSettings(flags);
  const all = readNightDrills(paths, flags.repeats);
  if (request.deployment.type === 'embedded') {
    const problems = all.flatMap(({ file, drill }) => alertProblems(file, drill));
    if (problems.length > 0) throw invalidFile(problems);
  }
  const choose = flags.resume === true ? resumeNight : beginNight;
  const night = choose(all, {
    given: flags.record,
    seed: settings.seed,
    history: flags.history,
    deployment: request.deployment,
  });
  const { deployment } = night.state;
  const historyFile = flags.history ?? relative('.', night.state.history);
  const history = readNightHistory(historyFile);
  const plan = await planNight(night.drills, request.deployment, history.lines);
  if (flags.dryRun === true) {
    await write(
      stdout,
      flags.json === true
        ? `${JSON.stringify(nightPlanDocument(night.state, plan), null, 2)}\n`
        : nightPlanText(night.state, plan, settings.maxDurationMs),
    );
    return EXIT_CODES.passed.code;
  }

  const printer = createProgressPrinter(stderr, {
    quiet: flags.quiet === true,
    color: wantsColor(flags.color, stderr, env),
  });
  if (history.isTruncated)
    printer.print(`warning: ${historyFile}: the last line is incomplete and left out`);
  const others = [...settings.expectations.keys()].filter(
    (name) => !all.some((one) => one.name === name),
  );
  if (others.length > 0)
    printer.print(
      `warning: expectations of drills that this night does not have: ${others.join(', ')}`,
    );
  const known: KnownOutcomes = {
    history: history.lines,
    expectations: settings.expectations,
    nights: settings.nights,
  };
  const carryOutNight = async (): Promise<ExitCode> => {
    if (flags.resume !== true)
      makeSessionFolder(night.folder, [NIGHT_FILE, NIGHT_REPORTERS.json.fileName]);
    await writeNightState(night.folder, night.state);
    printer.print(
      `Night of ${plan.drills.length} drills on ${deployment}, order by --seed ${night.state.seed}`,
    );
    if (request.deployment.type === 'embedded' && request.deployment.server !== null)
      leftOutLines([request.deployment.server]).forEach(printer.print);
    const journal = openJournal();
    await rollbackLeftovers(journal, printer.print);
    const forLab =
      request.deployment.type === 'embedded' && plan.drills.some(({ drill }) => drill.lab.alerts);
    const metrics = await serveDrillMetrics({ served: flags, forLab }, { stderr, env });
    const interruption = watchInterruption();
    const printInterrupted = (): void =>
      printer.print(
        'Interrupted: rolling back all faults and stopping. Press Ctrl-C again to force.',
      );
    interruption.stop.addEventListener('abort', printInterrupted);
    const begin = performance.now();
    try {
      const end = await runNight({
        state: night.state,
        folder: night.folder,
        drills: plan.drills,
        done: doneBefore(night.state, history.lines),
        request,
        history: historyFile,
        known,
        maxDurationMs: settings.maxDurationMs,
        journal,
        metrics,
        interruption,
        printer,
        keep: async (outcome) => {
          const quiet = { strict: false, quiet: true, color: false };
          await writeDrillReports([{ name: 'html', to: null }], [outcome], quiet, console);
        },
      });
      const leftOut = [...plan.leftOut, ...end.leftOut];
      const isComplete =
        !interruption.stop.aborted &&
        !end.lacksRepeats &&
        !leftOut.some(({ reason }) => isLeftForLater(reason.code));
      await writeNightState(night.folder, { ...night.state, isComplete });
      const result: NightResult = {
        schema: NIGHT_RESULT_SCHEMA,
        night: night.state.night,
        seed: night.state.seed,
        deployment,
        durationMs: Math.round(performance.now() - begin),
        exitCode: exitCodeOf(end.lines, interruption.stop.aborted),
        agreeingNights: settings.nights,
        drills: end.lines,
        leftOut,
        past: pastOutcomes(end.lines, history.lines),
        history: historyFile,
      };
      interruption.stop.removeEventListener('abort', printInterrupted);
      const isWritten = await output.finish(result, night.folder, 'records and result');
      await metrics.linger(interruption.stop, () =>
        printer.print('Waiting for a final scrape of /metrics (Ctrl-C to skip)'),
      );
      return exitCodeAfter(isWritten, result.exitCode);
    } finally {
      interruption.stop.removeEventListener('abort', printInterrupted);
      interruption.dispose();
      await metrics.close();
    }
  };
  return withFileLock(`${historyFile}.lock`, carryOutNight, {
    onWait: (pid) => {
      throw usageError(
        `another night (process ${pid}) writes ${historyFile}`,
        'wait until it is over, or give another --history',
      );
    },
  });
};

const isLeftForLater = (code: NightResult['leftOut'][number]['reason']['code']): boolean =>
  code === 'max_duration' || code === 'interrupted' || code === 'rollback_failed';

/** The most severe finding; inconclusive when nothing was measured. */
const exitCodeOf = (lines: readonly NightLine[], isInterrupted: boolean): ExitCode => {
  const codes = Object.values(EXIT_CODES).map(({ code }) => code);
  const found = codes.filter((code) => lines.some(({ exitCode }) => exitCode === code));
  const isActive = lines.some(({ reasons }) => reasons.includes('rollback_failed'));
  return mostSevere([
    ...found.filter((code) => code !== EXIT_CODES.interrupted.code || !isActive),
    // The code means that every fault was rolled back.
    ...(isInterrupted && !isActive ? [EXIT_CODES.interrupted.code] : []),
    ...(lines.length === 0 ? [EXIT_CODES.inconclusive.code] : []),
  ]);
};
