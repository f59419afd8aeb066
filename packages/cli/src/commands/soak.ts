import { join } from 'node:path';
import { watchInterruption } from '@livekit-swarm/host';
import type { LoadGuard } from '@livekit-swarm/livekit';
import {
  compareSoaks,
  SOAK_COMPARISON_REPORTERS,
  SOAK_REPORTERS,
  type SoakReport,
} from '@livekit-swarm/report/soak';
import { EXIT_CODES, type ExitCode, usageError } from '@livekit-swarm/settings';
import { readAbScenario } from '../ab/ab-scenario.ts';
import { checkServers, readServerOrTarget } from '../ab/embedded-target.ts';
import { parseServerSpec, type ServerSpec } from '../ab/server-spec.ts';
import { type Console, wantsColor, write } from '../console.ts';
import { formatError, interruptedError, swarmErrorOf } from '../error-text.ts';
import { parseRequestsOf } from '../output/report-request.ts';
import { keepSession, showSession } from '../output/show-session.ts';
import { createProgressPrinter } from '../progress-printer.ts';
import { readLoadGuard } from '../read-load-guard.ts';
import { defaultRecordDir, newRunName } from '../record-folder.ts';
import { readServerMetrics } from '../server-metrics.ts';
import { makeSessionFolder } from '../session-folder.ts';
import { readSoakSettings, type SoakFlags } from '../soak/read-request.ts';
import { soakServer } from '../soak/soak-server.ts';
import { readWorkers, type Target } from '../target.ts';

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
  const requests = parseRequestsOf(SOAK_REPORTERS, flags.report, flags.json === true);
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
  const workers = readWorkers(flags.workers);
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
  for (const { name, leftOut } of servers)
    if (leftOut.length > 0)
      printer.print(
        `${name}: not used of its configuration, as the lab sees to it or must not touch it: ${leftOut.join(', ')}`,
      );
  const interruption = watchInterruption();
  interruption.stop.addEventListener('abort', () =>
    printer.print('Interrupted: stopping gracefully. Press Ctrl-C again to force.'),
  );
  interruption.kill.addEventListener('abort', () =>
    setImmediate(() => process.exit(EXIT_CODES.interrupted.code)),
  );
  const shared = {
    signalling: flags.signalling,
    workers,
    interruption,
  };
  const soaks: { name: string; soak: SoakReport }[] = [];
  let ended: ExitCode | null = null;
  try {
    // One that cannot start is known before the first has run for an hour.
    if (servers.length > 1) await checkServers(servers, folder, printer.print, interruption.stop);
    for (const [index, { name, target, guard }] of candidates.entries()) {
      const choice = choices[index];
      const own = folders[index];
      if (choice === undefined || own === undefined || interruption.stop.aborted) break;
      const soak = await soakServer({
        settings,
        target,
        choice,
        shared: { ...shared, guard },
        printer,
        folder: own,
      });
      soaks.push({ name, soak });
      if (candidates.length > 1) await keepSession(soak, SOAK_REPORTERS, { folder: own, console });
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
  const [only] = soaks;
  const output = { flags, console, about: 'records and result', folder };
  if (candidates.length === 1 && only !== undefined)
    return await showSession(only.soak, SOAK_REPORTERS, requests, output);
  if (interruption.stop.aborted) ended = EXIT_CODES.interrupted.code;
  // Not that of a server that was soaked before.
  const compared = compareSoaks(soaks, candidates.length);
  const comparison = ended === null ? compared : { ...compared, exitCode: ended };
  return await showSession(comparison, SOAK_COMPARISON_REPORTERS, requests, output);
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
  if (servers.length === 0) return [candidate('', readServerOrTarget(others, isTyped, env))];
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
      readServerOrTarget(
        { ...others, ...(texts[index] !== undefined && { server: texts[index] }) },
        isTyped,
        env,
      ),
    ),
  );
};

const fileNameOf = (name: string): string => name.replace(/[^\w.-]+/g, '_');
