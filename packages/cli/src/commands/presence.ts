import { defaultRecordDir, newRunName, type Target } from '@livekit-swarm/campaign';
import { checkPresence, type PresenceProgress } from '@livekit-swarm/campaign/presence';
import { parseListenAddress } from '@livekit-swarm/exporter';
import { type ListenAddress, presenceThresholds } from '@livekit-swarm/presence';
import { describeScenario } from '@livekit-swarm/report';
import { PRESENCE_REPORTERS, type PresenceResult } from '@livekit-swarm/report/presence';
import {
  EXIT_CODES,
  type ExitCode,
  errorCodeOf,
  formatDuration,
  interruptedError,
  SwarmError,
  usageError,
  withoutSecrets,
} from '@livekit-swarm/settings';
import { type AbScenarioFlags, readAbScenario } from '../ab/ab-scenario.ts';
import { interruptRuns } from '../command-interruption.ts';
import { type Console, wantsColor } from '../console.ts';
import type { DeploymentFlags } from '../flags/deployment.ts';
import type { GeneratorFlags } from '../flags/generator.ts';
import type { ResultFlags } from '../flags/output.ts';
import { exitCodeAfter, openResultOutput } from '../output/result-output.ts';
import { createProgressPrinter } from '../progress-printer.ts';
import { throwRejection } from '../requests/api-rejection.ts';
import { readLoadGuard } from '../requests/load-guard.ts';
import { readTime } from '../requests/read-time.ts';
import { readProcesses, readTarget } from '../requests/target.ts';
import { showRun } from '../run-observer.ts';
import { makeSessionFolder } from '../session-folder.ts';
import { VERSION } from '../version.ts';

export interface PresenceFlags
  extends AbScenarioFlags,
    DeploymentFlags,
    GeneratorFlags,
    ResultFlags {
  listen?: string;
  wait: string;
  poll: string;
}

const HOUR_MS = 3_600_000;
const LEAST_POLL_MS = 200;

/**
 * `swarm presence`: a load, and whether webhooks and API report what happened.
 * @throws SwarmError `usage` before anything was started; `no_webhooks` before the load
 */
export const presenceCommand = async (
  files: readonly string[],
  flags: PresenceFlags,
  typed: (flag: keyof PresenceFlags) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const { stderr, env } = console;
  const output = openResultOutput(PRESENCE_REPORTERS, flags, console);
  const thresholds = presenceThresholds(flags.threshold);
  const waitMs = readTime('--wait', flags.wait, 1_000, HOUR_MS);
  const pollMs = readTime('--poll', flags.poll, LEAST_POLL_MS, HOUR_MS);
  const names = Object.keys(flags).filter((name) => typed(name as keyof PresenceFlags));
  // Thresholds are on webhooks here, not on the load.
  const { scenario, warnings } = readAbScenario(files, { ...flags, threshold: [] }, names);
  const target = readTarget(flags, typed, env);
  const guard = readLoadGuard(flags, (flag) => flag === 'url' && typed(flag), env, {
    kind: 'run',
    target,
  });
  guard.assertServers(target.type === 'remote' ? target.url : null, scenario);
  const listen = readListen(flags.listen, target);
  const folder = flags.record ?? defaultRecordDir(`presence-${newRunName()}`, new Date());
  makeSessionFolder(folder, ['record.ndjson', 'presence.json']);

  const printer = createProgressPrinter(stderr, {
    quiet: flags.quiet === true,
    color: wantsColor(flags.color, stderr, env),
  });
  for (const warning of warnings) printer.print(`warning: ${warning}`);
  const interruption = interruptRuns(printer);
  const startedAtMs = Date.now();
  try {
    const ended = await checkPresence({
      ...{ scenario, target, listen, waitMs, pollMs, thresholds, folder },
      request: { guard, signalling: flags.signalling, workers: readProcesses(flags.processes) },
      conditions: { interruption, observer: showRun(printer), version: VERSION },
      onProgress: (progress) => printer.print(progressText(progress)),
    }).catch((error: unknown) => {
      if (interruption.stop.aborted)
        throw interruptedError('interrupted before webhooks could be compared');
      return throwRejection(error);
    });
    if (!('presence' in ended))
      throw new SwarmError(errorCodeOf(ended.reason), ended.message, ended.hint);
    const { presence, judgement, run, serverVersion } = ended;
    const exitCode = EXIT_CODES[judgement.verdict].code;
    const result: PresenceResult = {
      ...{ startedAtMs, load: describeScenario(scenario), presence, judgement, exitCode },
      deployment:
        target.type === 'remote' ? withoutSecrets(target.url) : `livekit-server ${serverVersion}`,
      isImpaired: run.decision.health.length > 0,
    };
    printer.done();
    return exitCodeAfter(await output.finish(result, folder, 'record and result'), exitCode);
  } finally {
    printer.done();
    interruption.dispose();
  }
};

const progressText = (progress: PresenceProgress): string => {
  switch (progress.type) {
    case 'listening':
      return `Webhooks are received at ${progress.address}`;
    case 'waiting':
      return `The load is over; webhooks may come for ${formatDuration(progress.atMostMs)} at most`;
  }
};

/** @throws SwarmError `usage` */
const readListen = (text: string | undefined, target: Target): ListenAddress => {
  if (text !== undefined) return parseListenAddress(text);
  if (target.type === 'embedded') return { host: '127.0.0.1', port: 0 };
  throw usageError(
    'no address for webhooks is given: the deployment must send them to this host',
    `give --listen 0.0.0.0:9470, and add to livekit.yaml: webhook: { api_key: ${target.apiKey}, urls: ["http://THIS-HOST:9470/"] }`,
  );
};
