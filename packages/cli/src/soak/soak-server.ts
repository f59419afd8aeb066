/** One server of `swarm soak`: started where it must be, soaked, stopped. */
import type { SoakCycle, SoakResult } from '@livekit-swarm/analysis/soak';
import type { Interruption } from '@livekit-swarm/host';
import { describeScenario } from '@livekit-swarm/report';
import type { SoakReport } from '@livekit-swarm/report/soak';
import { expandPlan } from '@livekit-swarm/scenario';
import {
  EXIT_CODES,
  type ExitCode,
  formatDuration,
  formatNumber,
  plural,
  usageError,
  withoutSecrets,
} from '@livekit-swarm/settings';
import { type Deployed, deploy, pathsOf } from '../deploy.ts';
import { interruptedError } from '../error-text.ts';
import type { ProgressPrinter } from '../progress-printer.ts';
import { observationOf, type ServerMetricsChoice } from '../server-metrics.ts';
import type { Target } from '../target.ts';
import { cycleScenario } from './cycle-scenario.ts';
import type { SoakSettings } from './read-request.ts';
import { runSoak, type SoakOutcome, type SoakSession } from './session.ts';

export interface ServerSoak {
  settings: SoakSettings;
  target: Target;
  choice: ServerMetricsChoice;
  shared: SoakSession['shared'];
  printer: ProgressPrinter;
  /** Of its records. */
  folder: string;
}

/** @throws SwarmError when it cannot be started, or nothing is known of its nodes */
export const soakServer = async (soak: ServerSoak): Promise<SoakReport> => {
  const { settings, target, choice, shared, printer, folder } = soak;
  const { scenario, departures, forMs } = settings;
  const { interruption } = shared;
  const startedAt = new Date();
  const began = performance.now();
  let deployed: Deployed | null = null;
  try {
    deployed = await deployFor(soak);
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
      ...settings,
      deployed,
      sources,
      serverMetrics: metricsOf(choice, deployed),
      shared,
      printer,
      folder,
      onCycle: (cycle, so) => printer.print(cycleText(cycle, so)),
    });
    printer.done();
    return {
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
  } finally {
    await deployed?.stop();
  }
};

const deployFor = ({
  settings: { scenario, departures },
  target,
  shared: { interruption },
  printer,
  folder,
}: ServerSoak): Promise<Deployed> => {
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
      : `; ${formatNumber(Math.round(overall.perThousand) + 0)} remain per 1,000 joins`;
  return `cycle ${cycles.length}: ${plural(joins, 'join')}, ${departure}; ${plural(goroutines, 'goroutine')} ${reading.isAtRest ? 'at rest' : 'and not at rest in time'}${slope}`;
};

type Stoppable = Pick<Interruption, 'stop'>;

const exitCodeOf = ({ result, problem }: SoakOutcome, { stop }: Stoppable): ExitCode => {
  if (stop.aborted) return EXIT_CODES.interrupted.code;
  if (problem !== null) return problem.exitCode;
  return result.verdict === 'passed'
    ? EXIT_CODES.passed.code
    : result.verdict === 'failed'
      ? EXIT_CODES.failed.code
      : EXIT_CODES.inconclusive.code;
};

const errorOf = ({ problem }: SoakOutcome, { stop }: Stoppable): SoakReport['error'] => {
  const error = stop.aborted ? interruptedError('it was interrupted') : problem;
  return error === null ? null : { code: error.code, message: error.message, hint: error.hint };
};
