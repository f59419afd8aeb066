import { noRunOf } from '@livekit-swarm/analysis';
import {
  assessDetection,
  compareRuns,
  type Detection,
  FEWEST_ROUNDS,
  MOST_ROUNDS,
  type RecordedRun,
  type Tolerance,
  type WantedChange,
} from '@livekit-swarm/analysis/compare';
import { defaultRecordDir, describeTarget, newRunName } from '@livekit-swarm/campaign';
import {
  type AbSessionResult,
  type Contender,
  checkContender,
  planTurn,
  runAbSession,
} from '@livekit-swarm/campaign/ab';
import { describeScenario } from '@livekit-swarm/report';
import {
  COMPARISON_REPORTERS,
  type ComparisonInput,
  detectionText,
  exclusionText,
  exitCodeOfComparisons,
} from '@livekit-swarm/report/comparison';
import { endpointsOf } from '@livekit-swarm/scenario';
import {
  type ExitCode,
  formatDuration,
  interruptedError,
  swarmErrorOf,
  usageError,
} from '@livekit-swarm/settings';
import { type AbScenarioFlags, readAbScenario } from '../ab/ab-scenario.ts';
import { type ContenderFlags, readContenders } from '../ab/contenders.ts';
import { describeWantedChange, readWantedChanges } from '../ab/wanted-changes.ts';
import { interruptRuns } from '../command-interruption.ts';
import { parseTolerance } from '../compare/parse-tolerance.ts';
import { type Console, wantsColor, write } from '../console.ts';
import { formatError } from '../error-text.ts';
import type { DeploymentFlags } from '../flags/deployment.ts';
import type { GeneratorFlags } from '../flags/generator.ts';
import type { ResultFlags } from '../flags/output.ts';
import { leftOutLinesOf } from '../left-out-lines.ts';
import { exitCodeAfter, openResultOutput } from '../output/result-output.ts';
import { createProgressPrinter } from '../progress-printer.ts';
import { readProcesses } from '../requests/target.ts';
import { wholeNumber } from '../requests/whole-number.ts';
import { showRunsOfSession } from '../run-observer.ts';
import { makeSessionFolder } from '../session-folder.ts';
import { VERSION } from '../version.ts';

export interface AbFlags
  extends AbScenarioFlags,
    ContenderFlags,
    Pick<DeploymentFlags, 'signalling'>,
    GeneratorFlags,
    ResultFlags {
  rounds?: string;
  detect: string[];
  tolerance: string[];
}

/**
 * `swarm ab`: runs one scenario alternately on two servers or deployments, and decides whether the second differs
 * from the first.
 * @param typed names of the flags on the command line
 * @throws SwarmError `usage`, SwarmError before anything was measured
 */
export const abCommand = async (
  files: readonly string[],
  flags: AbFlags,
  typed: readonly string[],
  console: Console,
): Promise<ExitCode> => {
  const { stderr, env } = console;
  const { wanted, tolerance } = readWantedChanges(flags.detect, parseTolerance(flags.tolerance));
  const rounds = readRounds(flags.rounds ?? String(wanted.length > 0 ? MOST_ROUNDS : USUAL_ROUNDS));
  if (wanted.length > 0 && rounds < FEWEST_ROUNDS)
    throw usageError(
      `--rounds ${rounds}: a difference to find (--detect) takes ${FEWEST_ROUNDS} rounds at least`,
      'leave --rounds out, or --detect',
    );
  const most = wanted.length > 0 ? 'at most ' : '';
  const { scenario, warnings } = readAbScenario(files, flags, typed);
  if (endpointsOf(scenario).length > 0)
    throw usageError(
      'a role has its server from a token endpoint (connect), which is the same for both sides',
      'leave connect out: the tokens are made with the keys of each side',
    );
  const contenders = await readContenders(flags, typed, env);
  const request = { signalling: flags.signalling, workers: readProcesses(flags.processes) };
  const turnOf = (side: 'A' | 'B') => planTurn(contenders[side], { ...request, scenario });
  const turns = { A: turnOf('A'), B: turnOf('B') };
  const folder = flags.record ?? defaultRecordDir(`ab-${newRunName()}`, new Date());
  const output = openResultOutput(COMPARISON_REPORTERS, flags, console);
  makeSessionFolder(folder, ['A', 'B']);

  const printer = createProgressPrinter(stderr, {
    quiet: flags.quiet === true,
    color: wantsColor(flags.color, stderr, env),
  });
  for (const line of [
    ...warnings.map((warning) => `warning: ${warning}`),
    ...SIDES.flatMap((side) => leftOutLinesOf(contenders[side].target)),
  ])
    printer.print(line);
  const interruption = interruptRuns(printer);
  try {
    const described: string[] = [];
    for (const side of SIDES) {
      const one = contenders[side];
      const { stop } = interruption;
      const version = await checkContender(one, turns[side], folder, printer.print, stop);
      described.push(`  ${side} = ${describeContender(one, version)}`);
    }
    printer.print(
      `${describeScenario(scenario)}: ${most}${rounds} rounds of two, about ${formatDuration(2 * rounds * (turns.A.plan.endAtMs + AROUND_MS))}`,
    );
    for (const line of [...described, ...wanted.map(describeWantedChange)]) printer.print(line);
    const session = await runAbSession({
      scenario,
      contenders,
      rounds: { least: wanted.length > 0 ? FEWEST_ROUNDS : rounds, most: rounds },
      seed: scenario.seed,
      request,
      conditions: { interruption, observer: showRunsOfSession(printer), version: VERSION },
      observer: {
        onTurn: (round, side) =>
          printer.print(
            `round ${round}${round > rounds ? ', a repetition' : ` of ${most}${rounds}`}: ${side} = ${contenders[side].name}`,
          ),
        onInvalidRound: (round, reason) =>
          printer.print(
            `round ${round} does not count: ${reason === null ? 'a run ended early' : exclusionText(reason)}`,
          ),
        onValidRound: (base, current) => {
          const found = assessWanted(wanted, base, current);
          for (const one of found) printer.print(detectionText(one));
          return wanted.length > 0 && found.every(isDecided);
        },
      },
      folder,
    });
    printer.done();
    if (session.problem !== null) await write(stderr, formatError(session.problem));
    const input = await decideSession(
      session,
      tolerance,
      wanted,
      interruption.stop.aborted,
      folder,
    );
    const isComplete = await output.finish(input, folder);
    return exitCodeAfter(isComplete, exitCodeOfComparisons(input));
  } catch (error) {
    printer.done();
    const problem = interruption.stop.aborted ? interruptedError() : swarmErrorOf(error);
    await write(stderr, formatError(problem));
    if (flags.json === true) {
      const input: ComparisonInput = {
        comparisons: [],
        sides: [],
        notes: [],
        interrupted: interruption.stop.aborted,
        problem: noRunOf(problem, scenario.name),
      };
      await output.show(input, folder);
    }
    return problem.exitCode;
  } finally {
    interruption.dispose();
  }
};

/** Starting a server, joining, leaving: what a run takes besides its scenario. */
const AROUND_MS = 4_000;
const SIDES = ['A', 'B'] as const;
const MAX_ROUNDS = 100;
const USUAL_ROUNDS = 6;

const readRounds = wholeNumber('--rounds', 1, MAX_ROUNDS, 'six see +25 % in what varies by 2 %');

/** Power of the rounds to find the wanted changes; empty: there are too few to know it. */
const assessWanted = (
  wanted: readonly WantedChange[],
  base: readonly RecordedRun[],
  current: readonly RecordedRun[],
): Detection[] =>
  wanted
    .flatMap((change) => assessDetection(change, base, current))
    .filter(({ rounds }) => rounds >= FEWEST_ROUNDS);

/** Returns true if more rounds are not needed, or cannot help. */
const isDecided = ({ rounds, variation, required }: Detection): boolean =>
  variation === null || (required !== null && required <= rounds);

const describeContender = ({ name, target }: Contender, version: string | null): string =>
  `${name} (${version === null ? describeTarget(target) : `livekit-server ${version}`})`;

const decideSession = async (
  { base, current, missing, problem }: AbSessionResult,
  tolerance: Tolerance,
  wanted: readonly WantedChange[],
  interrupted: boolean,
  folder: string,
): Promise<ComparisonInput> => ({
  comparisons:
    base.runs.length === 0 ? [] : [await compareRuns(base, current, { tolerance, paired: true })],
  sides: base.runs.length === 0 ? [] : [base, current],
  notes: [
    ...(base.runs.length === 0 ? [{ code: 'no_rounds' } as const] : []),
    ...(missing === 0 ? [] : [{ code: 'rounds_missing', missing } as const]),
    ...assessWanted(wanted, base.runs, current.runs).map(
      (one) => ({ code: 'detection', ...one }) as const,
    ),
    { code: 'records', folder },
  ],
  interrupted,
  problem,
});
