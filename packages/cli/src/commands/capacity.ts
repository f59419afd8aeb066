import { cpus } from 'node:os';
import { assertShowCpu, untilWorkersIdle, watchWorkerUsage } from '@livekit-swarm/agents';
import { concludeCapacity, type StepFacts } from '@livekit-swarm/analysis/capacity';
import { defaultRecordDir, describeTarget, newRunName } from '@livekit-swarm/campaign';
import { runCapacitySession } from '@livekit-swarm/campaign/capacity';
import { describeServer } from '@livekit-swarm/campaign/server';
import { CAPACITY_REPORTERS, loadText } from '@livekit-swarm/report/capacity';
import { type ExitCode, plural, swarmErrorOf, withoutSecrets } from '@livekit-swarm/settings';
import { readCores, readUntil } from '../capacity/read-limits.ts';
import {
  type CapacityFlags,
  coresOf,
  readAgentsSearch,
  readCapacityScenario,
  readOptions,
  readRepeats,
} from '../capacity/read-request.ts';
import { stepText } from '../capacity/step-text.ts';
import { interruptRuns } from '../command-interruption.ts';
import { type Console, wantsColor, write } from '../console.ts';
import { formatError } from '../error-text.ts';
import { leftOutLinesOf } from '../left-out-lines.ts';
import { exitCodeAfter, openResultOutput } from '../output/result-output.ts';
import { createProgressPrinter } from '../progress-printer.ts';
import { readLoadGuard } from '../requests/load-guard.ts';
import { readQueueChoice } from '../requests/queue.ts';
import { readServerMetrics } from '../requests/server-metrics.ts';
import { readProcesses, readTarget } from '../requests/target.ts';
import { showRunsOfSession } from '../run-observer.ts';
import { makeSessionFolder } from '../session-folder.ts';
import { VERSION } from '../version.ts';

/**
 * `swarm capacity FILE`: the largest load of a scenario that a deployment carries.
 * @param typed whether a flag was given on the command line
 * @param findsAgents true: the load is conversations with voice agents
 * @throws SwarmError `usage` before anything was started
 */
export const capacityCommand = async (
  path: string,
  flags: CapacityFlags,
  typed: (flag: keyof CapacityFlags) => boolean,
  console: Console,
  findsAgents = false,
): Promise<ExitCode> => {
  const { stderr, env } = console;
  const output = openResultOutput(CAPACITY_REPORTERS, flags, console);
  const target = readTarget(flags, typed, env);
  const nodeCores = readCores('--node-cores', flags.nodeCores) ?? coresOf(target);
  const limits = flags.until.map((text) => readUntil(text, nodeCores));
  const { scenario, unit, warnings } = readCapacityScenario(path, flags);
  const agents = findsAgents ? readAgentsSearch(path, flags, scenario) : null;
  const options = readOptions(flags);
  const repeats = readRepeats(flags.repeats);
  const guard = readLoadGuard(flags, (flag) => flag === 'url' && typed(flag), env, {
    kind: 'search',
    target,
  });
  // Without this check, the first step would end the search with a result instead of an error.
  guard.assertServers(target.type === 'remote' ? target.url : null, scenario);
  const request = {
    target,
    guard,
    signalling: flags.signalling,
    workers: readProcesses(flags.processes),
    queue: readQueueChoice(flags, target, env),
    serverMetrics: readServerMetrics(flags, target, typed),
  };
  if (limits.length > 0 && target.type === 'remote' && !isMeasured(request.serverMetrics))
    await write(
      stderr,
      'warning: --until needs server metrics; without --server-metrics, --prometheus or --redis they are known of a running lab only\n',
    );
  if (agents !== null) await assertShowCpu(agents.workerMetrics);
  if (target.type === 'remote') await guard.assertUnused(target);
  const folder = flags.record ?? defaultRecordDir(`capacity-${newRunName()}`, new Date());
  makeSessionFolder(folder, ['1', 'capacity.json']);

  const printer = createProgressPrinter(stderr, {
    quiet: flags.quiet === true,
    color: wantsColor(flags.color, stderr, env),
  });
  for (const warning of warnings) printer.print(`warning: ${warning}`);
  for (const line of leftOutLinesOf(target)) printer.print(line);
  printer.print(
    `${scenario.name}: by ${flags.by ?? unit.type}, from ${options.start} to ${options.max} at most, on ${describeTarget(target)}`,
  );
  const interruption = interruptRuns(printer);
  const startedAt = new Date().toISOString();
  const unitName = unit.type === 'role' ? unit.role : unit.type;
  try {
    const session = await runCapacitySession({
      scenario,
      unit,
      limits,
      options,
      repeats,
      ...(agents !== null && { pauseMs: agents.pauseMs }),
      ...(agents !== null &&
        agents.workerMetrics.length > 0 && {
          watchWorkers: () => watchWorkerUsage(agents.workerMetrics),
          awaitReady: async (signal: AbortSignal) => {
            const left = await untilWorkersIdle(agents.workerMetrics, signal);
            if (left !== 0 && !signal.aborted) printer.print(`warning: ${stillBusyText(left)}`);
          },
        }),
      request,
      conditions: { interruption, observer: showRunsOfSession(printer), version: VERSION },
      folder,
      onStep: (step: StepFacts) => printer.print(stepText(step, unitName, nodeCores)),
    });
    printer.done();
    const result = concludeCapacity({
      scenario: scenario.name,
      unit: unitName,
      startedAt,
      target: {
        url: target.type === 'remote' ? withoutSecrets(target.url) : null,
        serverVersion: session.serverVersion,
        ...(target.type === 'embedded' &&
          target.server !== null && { server: describeServer(target.server) }),
        nodeCores,
      },
      limits: [...flags.until, ...flags.threshold],
      cpu: target.type === 'embedded' ? (cpus()[0]?.model ?? null) : null,
      ...(agents !== null && agents.workers !== null && { workers: agents.workers }),
      ...(agents !== null && agents.workerCores !== null && { workerCores: agents.workerCores }),
      ...(agents !== null && agents.workerBytes !== null && { workerBytes: agents.workerBytes }),
      steps: session.steps,
      searches: session.searches,
      profiles: session.profiles,
      stopped: session.stopped,
      error: session.problem,
      ...(session.errorExitCode !== null && { errorExitCode: session.errorExitCode }),
    });
    const about = loadText(result, result.carried);
    return exitCodeAfter(await output.finish(result, folder, about), result.exitCode);
  } catch (error) {
    printer.done();
    const problem = swarmErrorOf(error);
    await write(stderr, formatError(problem));
    return problem.exitCode;
  } finally {
    interruption.dispose();
  }
};

/** @param jobs of the run before; null: not known */
const stillBusyText = (jobs: number | null): string =>
  `${jobs === null ? 'the workers do not answer' : `the workers still have ${plural(jobs, 'job')} of the run before`}: the next run may find fewer free ones`;

const isMeasured = ({ nodes, prometheus, redis }: ReturnType<typeof readServerMetrics>): boolean =>
  nodes.length > 0 || prometheus !== null || redis !== null;
