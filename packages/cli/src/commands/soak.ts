import { join } from 'node:path';
import { defaultRecordDir, newRunName, type Target } from '@livekit-swarm/campaign';
import { checkServers, parseServerSpec, type ServerSpec } from '@livekit-swarm/campaign/server';
import { type SoakObserver, soakServer } from '@livekit-swarm/campaign/soak';
import type { LoadGuard } from '@livekit-swarm/livekit';
import { describeScenario } from '@livekit-swarm/report';
import {
  compareSoaks,
  SOAK_COMPARISON_REPORTERS,
  SOAK_REPORTERS,
  type SoakReport,
} from '@livekit-swarm/report/soak';
import {
  EXIT_CODES,
  type ExitCode,
  formatDuration,
  interruptedError,
  swarmErrorOf,
  usageError,
} from '@livekit-swarm/settings';
import { readAbScenario } from '../ab/ab-scenario.ts';
import { interruptRuns } from '../command-interruption.ts';
import { type Console, wantsColor, write } from '../console.ts';
import { formatError } from '../error-text.ts';
import { leftOutLines } from '../left-out-lines.ts';
import { exitCodeAfter, openResultOutput } from '../output/result-output.ts';
import { createProgressPrinter, type ProgressPrinter } from '../progress-printer.ts';
import { readLoadGuard } from '../requests/load-guard.ts';
import { readServerMetrics } from '../requests/server-metrics.ts';
import { readProcesses, readTarget } from '../requests/target.ts';
import { showRunsOfSession } from '../run-observer.ts';
import { makeSessionFolder } from '../session-folder.ts';
import { announcement } from '../soak/announcement.ts';
import { cycleText } from '../soak/cycle-text.ts';
import { readSoakSettings, type SoakFlags } from '../soak/read-request.ts';
import { VERSION } from '../version.ts';

type Typed = (flag: keyof SoakFlags) => boolean;

/** A server to soak, and what it is called next to others. */
interface Candidate {
  name: string;
  target: Target;
  guard: LoadGuard;
}

/**
 * `swarm soak`: whether a server, or each of several, keeps something of participants that have left.
 * @throws SwarmError `usage` before anything was started
 */
export const soakCommand = async (
  files: readonly string[],
  flags: SoakFlags,
  typed: Typed,
  console: Console,
): Promise<ExitCode> => {
  const { stderr, env } = console;
  const output = openResultOutput(SOAK_REPORTERS, flags, console);
  const comparisonOutput = openResultOutput(SOAK_COMPARISON_REPORTERS, flags, console);
  const servers = flags.server.map(parseServerSpec);
  const candidates = candidatesOf(flags, servers, typed, env);
  const names = Object.keys(flags).filter((name) => typed(name as keyof SoakFlags));
  const { scenario, warnings } = readAbScenario(files, flags, names);
  const settings = readSoakSettings(flags, scenario);
  for (const { target, guard } of candidates)
    guard.assertServers(target.type === 'remote' ? target.url : null, scenario);
  const choices = candidates.map(({ target }) =>
    readServerMetrics(
      { serverMetrics: flags.serverMetrics ?? [] },
      target,
      (flag) => flag === 'serverMetrics' && typed(flag),
    ),
  );
  const workers = readProcesses(flags.processes);
  for (const { target, guard } of candidates)
    if (target.type === 'remote') await guard.assertUnused(target);
  const folder = flags.record ?? defaultRecordDir(`soak-${newRunName()}`, new Date());
  const folders = candidates.map(({ name }, index) =>
    candidates.length === 1 ? folder : join(folder, `${index + 1}-${fileNameOf(name)}`),
  );
  makeSessionFolder(folder, ['001', 'soak.json', 'soaks.json']);

  const printer = createProgressPrinter(stderr, {
    quiet: flags.quiet === true,
    color: wantsColor(flags.color, stderr, env),
  });
  for (const warning of warnings) printer.print(`warning: ${warning}`);
  for (const line of leftOutLines(servers)) printer.print(line);
  printer.print(
    announcement(
      settings,
      candidates.map(({ target }) => target),
    ),
  );
  const interruption = interruptRuns(printer);
  const observer = showSoak(printer);
  const soaks: { name: string; soak: SoakReport }[] = [];
  let ended: ExitCode | null = null;
  try {
    // One that cannot start is known before the first has run for an hour.
    if (servers.length > 1) await checkServers(servers, folder, printer.print, interruption.stop);
    for (const [index, { name, target, guard }] of candidates.entries()) {
      const serverMetrics = choices[index];
      const own = folders[index];
      if (serverMetrics === undefined || own === undefined || interruption.stop.aborted) break;
      const soaked = await soakServer({
        settings,
        target,
        serverMetrics,
        request: { guard, signalling: flags.signalling, workers },
        conditions: { interruption, observer: showRunsOfSession(printer), version: VERSION },
        observer,
        folder: own,
      });
      printer.done();
      const soak: SoakReport = { schema: 'livekit-swarm/soak/1', ...soaked };
      soaks.push({ name, soak });
      if (candidates.length > 1) await output.keep(soak, own);
      // The others would be compared with half of a soak.
      if (soak.error !== null) break;
    }
  } catch (error) {
    printer.done();
    const problem = interruption.stop.aborted
      ? interruptedError('interrupted before the first cycle')
      : swarmErrorOf(error);
    await write(stderr, formatError(problem));
    if (soaks.length === 0) return problem.exitCode;
    ended = problem.exitCode;
  } finally {
    interruption.dispose();
  }
  const about = 'records and result';
  const [only] = soaks;
  if (candidates.length === 1 && only !== undefined)
    return exitCodeAfter(await output.finish(only.soak, folder, about), only.soak.exitCode);
  if (interruption.stop.aborted) ended = EXIT_CODES.interrupted.code;
  // Not that of a server that was soaked before.
  const compared = compareSoaks(soaks, candidates.length);
  const comparison = ended === null ? compared : { ...compared, exitCode: ended };
  return exitCodeAfter(
    await comparisonOutput.finish(comparison, folder, about),
    comparison.exitCode,
  );
};

/**
 * The servers of --server, else the one that the other flags state.
 * @throws SwarmError `usage`
 */
const candidatesOf = (
  flags: SoakFlags,
  servers: readonly ServerSpec[],
  typed: Typed,
  env: NodeJS.ProcessEnv,
): Candidate[] => {
  const { server: texts, ...others } = flags;
  const isTyped = (flag: Parameters<Typed>[0]): boolean => typed(flag);
  const candidate = (name: string, target: Target): Candidate => {
    const isUrl = (flag: string): boolean => flag === 'url' && typed(flag);
    return { name, target, guard: readLoadGuard(flags, isUrl, env, { kind: 'search', target }) };
  };
  if (servers.length === 0) return [candidate('', readTarget(others, isTyped, env))];
  const twice = servers.find(({ name }, index) =>
    servers.slice(0, index).some((other) => other.name === name),
  );
  if (twice !== undefined)
    throw usageError(
      `--server ${twice.name}: two servers have this name`,
      `name them: --server a=${twice.name} --server b=${twice.name}`,
    );
  return servers.map(({ name }, index) =>
    candidate(
      name,
      readTarget(
        { ...others, ...(texts[index] !== undefined && { server: texts[index] }) },
        isTyped,
        env,
      ),
    ),
  );
};

const showSoak = (printer: ProgressPrinter): SoakObserver => ({
  onStart: (server, { scenario, forMs, departures }) =>
    printer.print(
      `${describeScenario(scenario)} → ${server}, for ${formatDuration(forMs)} at most; departures: ${departures.join(', ')}`,
    ),
  onCycle: (cycle, result) => printer.print(cycleText(cycle, result)),
});

const fileNameOf = (name: string): string => name.replace(/[^\w.-]+/g, '_');
