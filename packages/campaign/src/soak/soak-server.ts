/** One server of `swarm soak`: started unless a URL is given, soaked, stopped. */
import type {
  CycleDeparture,
  ServerSoakResult,
  SoakCycle,
  SoakResult,
  Tolerances,
} from '@livekit-swarm/analysis/soak';
import type { Interruption } from '@livekit-swarm/host';
import { expandPlan, type Scenario } from '@livekit-swarm/scenario';
import {
  EXIT_CODES,
  type ExitCode,
  interruptedError,
  usageError,
  withoutSecrets,
} from '@livekit-swarm/settings';
import { type Deployed, deploy, pathsOf } from '../deploy.ts';
import { describeServer } from '../server/server-spec.ts';
import { observationOf, type ServerMetricsChoice } from '../server-metrics.ts';
import type { Target } from '../target.ts';
import { cycleScenario } from './cycle-scenario.ts';
import { runSoak, type SoakOutcome, type SoakSession } from './session.ts';

/** The soak that a user wants, of any server. */
export interface SoakSettings {
  scenario: Scenario;
  /** Ways of leaving, which take turns. */
  departures: readonly CycleDeparture[];
  forMs: number;
  /** Longest wait until the server is at rest, ms. */
  settleMs: number;
  warmUpCycles: number;
  tolerances: Tolerances;
}

/** The caller's view of a soak. */
export interface SoakObserver {
  /** Called when the server is there. @param server its name: version, or URL without secrets */
  onStart(server: string, settings: SoakSettings): void;
  /** Called after each cycle. */
  onCycle(cycle: SoakCycle, result: SoakResult): void;
}

export interface ServerSoak extends Pick<SoakSession, 'request' | 'conditions'> {
  settings: SoakSettings;
  target: Target;
  serverMetrics: ServerMetricsChoice;
  observer: SoakObserver;
  /** Folder of the records of this server. */
  folder: string;
}

/** @throws SwarmError when it cannot be started, or nothing is known of its nodes */
export const soakServer = async (soak: ServerSoak): Promise<ServerSoakResult> => {
  const { settings, target, serverMetrics, request, conditions, observer, folder } = soak;
  const startedAt = new Date();
  const began = performance.now();
  let deployed: Deployed | null = null;
  try {
    deployed = await deployFor(soak);
    const { sources } = await observationOf(serverMetrics, target, deployed);
    if (sources.length === 0)
      throw usageError(
        'the metrics of the nodes are unknown: a soak reads their goroutines',
        'give --server-metrics http://NODE:6789/metrics for each node (prometheus.port of livekit-server)',
      );
    const server =
      target.type === 'remote'
        ? withoutSecrets(target.url)
        : target.server === null
          ? `livekit-server ${deployed.serverVersion}`
          : describeServer(target.server);
    observer.onStart(server, settings);
    const outcome = await runSoak({
      ...settings,
      deployed,
      sources,
      serverMetrics: metricsOf(serverMetrics, deployed),
      request,
      conditions,
      folder,
      onCycle: observer.onCycle,
    });
    return {
      scenario: settings.scenario.name,
      server,
      serverVersion: deployed.serverVersion,
      startedAt: startedAt.toISOString(),
      elapsedMs: Math.round(performance.now() - began),
      exitCode: exitCodeOf(outcome, conditions.interruption),
      result: outcome.result,
      error: errorOf(outcome, conditions.interruption),
    };
  } finally {
    await deployed?.stop();
  }
};

const deployFor = ({
  settings: { scenario, departures },
  target,
  conditions: { interruption, observer },
  folder,
}: ServerSoak): Promise<Deployed> => {
  const [first = 'scenario'] = departures;
  return deploy(target, {
    dir: folder,
    onProgress: (line) => observer.onEvent({ type: 'preparing', line }),
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

type Stoppable = Pick<Interruption, 'stop'>;

const exitCodeOf = ({ result, problem }: SoakOutcome, { stop }: Stoppable): ExitCode => {
  if (stop.aborted) return EXIT_CODES.interrupted.code;
  if (problem !== null) return problem.exitCode;
  return EXIT_CODES[result.verdict].code;
};

const errorOf = ({ problem }: SoakOutcome, { stop }: Stoppable): ServerSoakResult['error'] => {
  const error = stop.aborted ? interruptedError('it was interrupted') : problem;
  return error === null ? null : { code: error.code, message: error.message, hint: error.hint };
};
