import {
  type CycleDeparture,
  DEFAULT_TOLERANCES,
  type SoakCycle,
  type SoakResult,
  type Tolerances,
} from '@livekit-swarm/analysis/soak';
import { type Interruption, watchInterruption } from '@livekit-swarm/host';
import { describeScenario } from '@livekit-swarm/report';
import { SOAK_REPORTERS, type SoakReport } from '@livekit-swarm/report/soak';
import { expandPlan, type Scenario } from '@livekit-swarm/scenario';
import {
  EXIT_CODES,
  type ExitCode,
  formatDuration,
  formatNumber,
  parseDuration,
  plural,
  usageError,
  withoutSecrets,
} from '@livekit-swarm/settings';
import { type AbScenarioFlags, readAbScenario } from '../ab/ab-scenario.ts';
import { readServerOrTarget } from '../ab/embedded-target.ts';
import { readWhole } from '../capacity/read-limits.ts';
import { type Console, wantsColor, write } from '../console.ts';
import { type Deployed, deploy, pathsOf } from '../deploy.ts';
import { formatError, interruptedError, swarmErrorOf } from '../error-text.ts';
import type { SharedRunFlags } from '../flags.ts';
import { parseRequestsOf } from '../output/report-request.ts';
import { showSession } from '../output/show-session.ts';
import { createProgressPrinter, type ProgressPrinter } from '../progress-printer.ts';
import { defaultRecordDir, newRunName } from '../record-folder.ts';
import { observationOf, readServerMetrics, type ServerMetricsChoice } from '../server-metrics.ts';
import { makeSessionFolder } from '../session-folder.ts';
import { cycleScenario, readDepartures } from '../soak/cycle-scenario.ts';
import { runSoak, type SoakOutcome } from '../soak/session.ts';
import { readWorkers, type Target } from '../target.ts';

export interface SoakFlags
  extends AbScenarioFlags,
    Pick<
      SharedRunFlags,
      | 'url'
      | 'apiKey'
      | 'apiSecret'
      | 'ca'
      | 'embedded'
      | 'allowHost'
      | 'denyHost'
      | 'confirmTarget'
      | 'joinExistingRooms'
      | 'signalling'
      | 'livekitVersion'
      | 'serverMetrics'
      | 'report'
      | 'record'
      | 'json'
      | 'workers'
      | 'quiet'
      | 'color'
    > {
  for: string;
  departures?: string;
  settle: string;
  warmUp?: string;
  tolerate: string[];
  server?: string;
}

type Typed = (flag: keyof SoakFlags) => boolean;

const LEAST_MS = 10_000;
const MOST_MS = 7 * 24 * 3_600_000;
const MOST_WARM_UP = 1_000;
const LEAST_WARM_UP = 2;

/**
 * `swarm soak`: whether a server keeps something of participants that have left.
 * @throws SwarmError `usage` before anything was started
 */
export const soakCommand = async (
  files: readonly string[],
  flags: SoakFlags,
  typed: Typed,
  console: Console,
): Promise<ExitCode> => {
  const { stderr, env } = console;
  const requests = parseRequestsOf(SOAK_REPORTERS, flags.report, flags.json === true);
  const target = readServerOrTarget(flags, typed, env);
  const names = Object.keys(flags).filter((name) => typed(name as keyof SoakFlags));
  const { scenario, warnings } = readAbScenario(files, flags, names);
  const departures = readDepartures(flags.departures, scenario);
  const forMs = readTime('--for', flags.for);
  const settleMs = readTime('--settle', flags.settle);
  const warmUpCycles =
    flags.warmUp === undefined
      ? Math.max(LEAST_WARM_UP, departures.length)
      : readWhole('--warm-up', flags.warmUp, 1, MOST_WARM_UP);
  const tolerances = readTolerances(flags.tolerate);
  const choice = readServerMetrics(
    { serverMetrics: flags.serverMetrics ?? [] },
    target,
    (flag) => flag === 'serverMetrics' && typed(flag),
  );
  const shared = { signalling: flags.signalling, workers: readWorkers(flags.workers) };
  const folder = flags.record ?? defaultRecordDir(`soak-${newRunName()}`, new Date());
  makeSessionFolder(folder, ['001', 'soak.json']);

  const printer = createProgressPrinter(stderr, {
    quiet: flags.quiet === true,
    color: wantsColor(flags.color, stderr, env),
  });
  for (const warning of warnings) printer.print(`warning: ${warning}`);
  const interruption = watchInterruption();
  interruption.stop.addEventListener('abort', () =>
    printer.print('Interrupted: stopping gracefully. Press Ctrl-C again to force.'),
  );
  interruption.kill.addEventListener('abort', () =>
    setImmediate(() => process.exit(EXIT_CODES.interrupted.code)),
  );
  const startedAt = new Date();
  const began = performance.now();
  let deployed: Deployed | null = null;
  try {
    deployed = await deployFor(target, scenario, departures, { folder, printer, interruption });
    const { sources } = await observationOf(choice, target, deployed.sources);
    if (sources.length === 0)
      throw usageError(
        'nothing is known of the nodes: their goroutines show what remains',
        'give --server-metrics http://NODE:6789/metrics for each node (prometheus.port of livekit-server)',
      );
    const server =
      target.type === 'remote'
        ? withoutSecrets(target.url)
        : `livekit-server ${deployed.serverVersion}`;
    printer.print(
      `${describeScenario(scenario)} → ${server}, for ${formatDuration(forMs)} at most; departures: ${departures.join(', ')}`,
    );
    const outcome = await runSoak({
      scenario,
      departures,
      forMs,
      settleMs,
      warmUpCycles,
      tolerances,
      deployed,
      sources,
      serverMetrics: metricsOf(choice, deployed),
      shared: { ...shared, interruption, joinExistingRooms: flags.joinExistingRooms === true },
      printer,
      folder,
      onCycle: (cycle, so) => printer.print(cycleText(cycle, so)),
    });
    printer.done();
    const report: SoakReport = {
      schema: 'livekit-swarm/soak/1',
      scenario: scenario.name,
      server,
      serverVersion: deployed.serverVersion,
      startedAt: startedAt.toISOString(),
      elapsedMs: Math.round(performance.now() - began),
      exitCode: exitCodeOf(outcome, interruption),
      result: outcome.result,
      error: errorOf(outcome, interruption),
    };
    const about = 'records and result';
    return await showSession(report, SOAK_REPORTERS, requests, { folder, flags, console, about });
  } catch (error) {
    printer.done();
    const problem = interruption.stop.aborted ? interruptedError() : swarmErrorOf(error);
    await write(stderr, formatError(problem));
    return problem.exitCode;
  } finally {
    await deployed?.stop();
    interruption.dispose();
  }
};

const deployFor = (
  target: Target,
  scenario: Scenario,
  departures: readonly CycleDeparture[],
  {
    folder,
    printer,
    interruption,
  }: { folder: string; printer: ProgressPrinter; interruption: Interruption },
): Promise<Deployed> => {
  const [first = 'scenario'] = departures;
  return deploy(target, {
    dir: folder,
    onProgress: printer.print,
    signal: interruption.stop,
    offers: pathsOf(expandPlan(cycleScenario(scenario, first), 'plan')),
  });
};

/** A server that was started for the soak is measured in each run, too. What remains is read by the soak. */
const metricsOf = (
  choice: ServerMetricsChoice,
  { sources, embedded }: Deployed,
): ServerMetricsChoice => {
  const own = embedded
    ? sources.flatMap(({ name, where }) => (name === 'metrics' && where !== null ? [where] : []))
    : [];
  return {
    ...choice,
    nodes: [...choice.nodes, ...own.map((url) => ({ name: 'livekit-server', url }))],
    settleMs: 0,
  };
};

const readTime = (flag: string, text: string): number => {
  const ms = parseDuration(text);
  if (ms >= LEAST_MS && ms <= MOST_MS) return ms;
  throw usageError(`${flag} ${text}: must be from 10s to 168h`, 'write it like 1h');
};

const TOLERATED = {
  goroutines: { resource: 'goroutines', unit: 1 },
  descriptors: { resource: 'descriptors', unit: 1 },
  memory: { resource: 'memoryBytes', unit: 1_000_000 },
} as const;

/** `goroutines=20`, `descriptors=10`, `memory=10MB`. @throws SwarmError `usage` */
const readTolerances = (texts: readonly string[]): Tolerances => {
  const tolerances = { ...DEFAULT_TOLERANCES };
  for (const text of texts) {
    const [, name = '', amount = ''] = /^(\w+)=(\d*\.?\d+)(?:\s*MB)?$/.exec(text.trim()) ?? [];
    const known = Object.hasOwn(TOLERATED, name) ? TOLERATED[name as keyof typeof TOLERATED] : null;
    if (known === null || /MB$/.test(text.trim()) !== (name === 'memory'))
      throw usageError(
        `--tolerate ${text}: not a resource and what may remain of it per 1,000 joins`,
        'write goroutines=20, descriptors=10 or memory=10MB',
      );
    tolerances[known.resource] = Number(amount) * known.unit;
  }
  return tolerances;
};

/** One line of progress. */
const cycleText = (
  { departure, joins, reading }: SoakCycle,
  { cycles, resources }: SoakResult,
): string => {
  const goroutines = reading.nodes.reduce((sum, node) => sum + (node.goroutines ?? 0), 0);
  const overall = resources.find(({ resource }) => resource === 'goroutines')?.overall;
  const slope =
    overall === undefined || overall.low === null
      ? ''
      : `; ${formatNumber(Math.round(overall.perThousand))} remain per 1,000 joins`;
  return `cycle ${cycles.length}: ${plural(joins, 'join')}, ${departure}; ${plural(goroutines, 'goroutine')} ${reading.isAtRest ? 'at rest' : 'and not at rest in time'}${slope}`;
};

const exitCodeOf = ({ result, problem }: SoakOutcome, { stop }: Interruption): ExitCode => {
  if (stop.aborted) return EXIT_CODES.interrupted.code;
  if (problem !== null) return problem.exitCode;
  return result.verdict === 'passed'
    ? EXIT_CODES.passed.code
    : result.verdict === 'failed'
      ? EXIT_CODES.failed.code
      : EXIT_CODES.inconclusive.code;
};

const errorOf = ({ problem }: SoakOutcome, { stop }: Interruption): SoakReport['error'] => {
  const error = stop.aborted ? interruptedError() : problem;
  return error === null ? null : { code: error.code, message: error.message, hint: error.hint };
};
