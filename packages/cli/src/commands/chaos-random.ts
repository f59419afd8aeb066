import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '@livekit-swarm/chaos';
import { parseDrill } from '@livekit-swarm/chaos/drill';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import {
  drawDrill,
  exitCodeOfSearch,
  type FaultChoice,
  faultChoices,
  linesByType,
  RANDOM_RESULT_SCHEMA,
  type RandomResult,
  type RandomSettings,
  randomDrillText,
  readRandomHistory,
} from '@livekit-swarm/chaos/random';
import { watchInterruption, withFileLock } from '@livekit-swarm/host';
import { RANDOM_REPORTERS } from '@livekit-swarm/report/random';
import { readScenarioFile } from '@livekit-swarm/scenario';
import { EXIT_CODES, type ExitCode, usageError } from '@livekit-swarm/settings';
import { type DeploymentChoice, openDeployment } from '../chaos/deployment-choice.ts';
import { serveDrillMetrics } from '../chaos/drill-metrics.ts';
import { writeDrillReports } from '../chaos/drill-output.ts';
import { type DrillRequestFlags, readDrillRequest } from '../chaos/drill-request.ts';
import { rollbackLeftovers } from '../chaos/rollback-pending.ts';
import { testedServerOf } from '../chaos/tested-server.ts';
import { type Console, wantsColor, write } from '../console.ts';
import { nameOfDeployment } from '../night/plan-night.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { createProgressPrinter } from '../progress-printer.ts';
import { runSearch } from '../random/run-search.ts';
import {
  KEPT_FLAGS,
  readSearchLimits,
  readSearchSettings,
  type SearchFlags,
  type SearchSettings,
} from '../random/search-settings.ts';
import {
  findUnfinishedSearch,
  HISTORY_FILE,
  SEARCH_FILE,
  type SearchState,
  searchFolder,
  writeSearchState,
} from '../random/search-state.ts';
import { wholeNumber } from '../requests/whole-number.ts';
import { readRevision } from '../revision.ts';
import type { ServedMetricsFlags } from '../serve-run-metrics.ts';
import { makeSessionFolder } from '../session-folder.ts';

export interface ChaosRandomFlags
  extends DrillRequestFlags,
    SearchFlags,
    ResultOutputFlags,
    ServedMetricsFlags {
  resume?: boolean;
  print?: string;
  record?: string;
}

const MAX_NUMBER = 1_000_000;

/**
 * `swarm chaos random`: drills with random faults, whose records are checked for invariants.
 * @param typed returns true for a flag of the command line
 * @throws SwarmError `usage`, `invalid_file` before anything was started
 */
export const chaosRandomCommand = async (
  flags: ChaosRandomFlags,
  typed: (flag: string) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const { stdout, stderr, env } = console;
  const output = openResultOutput(RANDOM_REPORTERS, flags, console);
  const request = readDrillRequest(flags, typed, env);
  const deployment = nameOfDeployment(request.deployment);
  const limits = readSearchLimits(flags);
  const printer = createProgressPrinter(stderr, {
    quiet: flags.quiet === true,
    color: wantsColor(flags.color, stderr, env),
  });
  if (flags.print !== undefined) {
    const number = wholeNumber('--print', 1, MAX_NUMBER)(flags.print);
    const { settings, choices } =
      flags.resume === true
        ? findUnfinishedSearch(flags.record).state
        : await chooseFaults(readSearchSettings(flags), request.deployment, printer.print);
    await write(stdout, randomDrillText(drawDrill(number, settings, choices, FAULTS)));
    return EXIT_CODES.passed.code;
  }
  const { folder, state } =
    flags.resume === true
      ? resumeSearch(flags, typed, request.deployment)
      : await beginSearch(flags, request.deployment, printer.print);
  const history = join(folder, HISTORY_FILE);

  const search = async (): Promise<ExitCode> => {
    await writeSearchState(folder, state);
    const { lines, isTruncated } = readRandomHistory(history);
    if (isTruncated) printer.print(`warning: ${history}: the last line is incomplete and left out`);
    printer.print(
      `Random drills on ${deployment}, --seed ${state.settings.seed}, of ${state.choices.map(({ fault }) => fault).join(', ')}`,
    );
    const journal = openJournal();
    await rollbackLeftovers(journal, printer.print);
    const metrics = await serveDrillMetrics({ served: flags, forLab: false }, { stderr, env });
    const interruption = watchInterruption();
    const limit = limits.maxDurationMs === null ? null : AbortSignal.timeout(limits.maxDurationMs);
    const printInterrupted = (): void =>
      printer.print(
        'Interrupted: rolling back all faults and stopping. Press Ctrl-C again to force.',
      );
    interruption.stop.addEventListener('abort', printInterrupted);
    try {
      const end = await runSearch({
        ...{ state, folder, lines, request, journal, metrics, interruption, printer },
        known: limits.known,
        shrinkRuns: limits.shrinkRuns,
        commit: await readRevision(),
        stop: limit === null ? interruption.stop : AbortSignal.any([interruption.stop, limit]),
        keep: async (outcome) => {
          const quiet = { strict: false, quiet: true, color: false };
          await writeDrillReports([{ name: 'html', to: null }], [outcome], quiet, console);
        },
      });
      await writeSearchState(folder, { ...state, isComplete: end.isComplete });
      const { drills, shrunk } = linesByType(end.lines);
      // Also with --quiet: it decides the exit code.
      if (end.endedBy !== null)
        await write(
          stderr,
          `\nThe search ended early: ${end.endedBy}\n${end.isComplete ? '' : 'Remove the cause; then --resume continues it.\n'}`,
        );
      const result: RandomResult = {
        schema: RANDOM_RESULT_SCHEMA,
        startedAt: state.startedAt,
        seed: state.settings.seed,
        deployment,
        durationMs: end.lines.reduce((sum, { durationMs }) => sum + durationMs, 0),
        exitCode: exitCodeOfSearch(drills, interruption.stop.aborted),
        choices: state.choices.map(({ fault }) => fault),
        drills,
        shrunk,
        isComplete: end.isComplete,
        endedBy: end.endedBy,
        history,
      };
      interruption.stop.removeEventListener('abort', printInterrupted);
      const isWritten = await output.finish(result, folder, 'records and result');
      return exitCodeAfter(isWritten, result.exitCode);
    } finally {
      interruption.stop.removeEventListener('abort', printInterrupted);
      interruption.dispose();
      await metrics.close();
    }
  };
  return withFileLock(`${history}.lock`, search, {
    onWait: (pid) => {
      throw usageError(
        `another search (process ${pid}) writes ${history}`,
        'wait until it is over, or leave --resume out to begin another',
      );
    },
  });
};

interface ChosenSearch {
  folder: string;
  state: SearchState;
}

const beginSearch = async (
  flags: ChaosRandomFlags,
  deployment: DeploymentChoice,
  print: (line: string) => void,
): Promise<ChosenSearch> => {
  const at = new Date();
  const folder = flags.record ?? searchFolder(at);
  makeSessionFolder(folder, [SEARCH_FILE]);
  const given = readSearchSettings(flags);
  const { settings, choices } = await chooseFaults(given, deployment, print);
  const state: SearchState = {
    startedAt: at.toISOString(),
    deployment: nameOfDeployment(deployment),
    server: testedServerOf(deployment),
    forMs: given.forMs,
    drills: given.drills,
    settings,
    choices,
    isComplete: false,
  };
  return { folder, state };
};

/**
 * Finds the search to continue.
 * @throws SwarmError `usage` when it is another search than the command line describes
 */
const resumeSearch = (
  flags: ChaosRandomFlags,
  typed: (flag: string) => boolean,
  where: DeploymentChoice,
): ChosenSearch => {
  const unused = KEPT_FLAGS.find((flag) => typed(flag));
  if (unused !== undefined)
    throw usageError(
      `--${unused.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} has no effect with --resume: the search keeps its settings`,
      'leave it out, or begin a new search',
    );
  const { folder, state } = findUnfinishedSearch(flags.record);
  const refuse = (why: string) =>
    usageError(`--resume: ${why}`, 'give the same deployment, or begin a new search');
  const deployment = nameOfDeployment(where);
  if (state.deployment !== deployment)
    throw refuse(`${folder} was begun on ${state.deployment}, not on ${deployment}`);
  const server = testedServerOf(where);
  if (state.server?.sha256 !== server?.sha256)
    throw refuse(
      `${folder} was begun with ${state.server?.text ?? 'the server of labs'}, not with this configuration of ${server?.text ?? 'the server of labs'}`,
    );
  return { folder, state };
};

/**
 * Asks the deployment for the faults that it offers. A lab is started for that, and stopped.
 * @throws SwarmError `usage` when nothing is left to draw from
 */
const chooseFaults = async (
  { random, isChosen }: SearchSettings,
  where: DeploymentChoice,
  print: (line: string) => void,
): Promise<{ settings: RandomSettings; choices: FaultChoice[] }> => {
  const calm = { name: 'choices', description: 'No fault.', seed: random.seed, faults: [] };
  const text = randomDrillText({
    ...calm,
    settings: { ...random, hasAbort: false },
    rooms: random.load.rooms,
  });
  const drill = parseDrill(text, {
    file: 'random drills',
    faults: FAULTS,
    readScenario: (file, scale) => readScenarioFile(file, { scale }).scenario,
  });
  const interruption = watchInterruption();
  const dir = await mkdtemp(join(tmpdir(), 'swarm-random-'));
  try {
    await using deployment = await openDeployment(where, drill, {
      ...{ dir, metricsAddress: null, onProgress: print },
      signal: interruption.stop,
    });
    const all = await faultChoices(deployment, FAULTS);
    const choices = all.filter(isChosen);
    if (choices.length === 0)
      throw usageError(
        'there is no fault to draw: this deployment offers none of those that were chosen',
        `available: ${all.map(({ fault }) => fault).join(', ') || 'none; see "swarm chaos doctor"'}`,
      );
    const components = await deployment.platform.components();
    const nodes = Math.max(1, components.filter(({ kind }) => kind === 'node').length);
    // Two roles may mean one component: such faults must not overlap.
    const areRoles = choices.some(({ targets }) => targets.some((one) => typeof one === 'string'));
    const settings: RandomSettings = {
      ...random,
      nodes,
      // One node stays, so that calls can continue there.
      atOnce: areRoles ? 1 : Math.min(random.atOnce, Math.max(1, nodes - 1)),
      hasAbort: !deployment.isLab,
    };
    return { settings, choices };
  } finally {
    interruption.dispose();
    await rm(dir, { recursive: true, force: true });
  }
};
