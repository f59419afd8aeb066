import { availableParallelism } from 'node:os';
import {
  EXIT_CODES,
  type ExitCode,
  expandPlan,
  parseLoadFlags,
  resolveThresholds,
  scenarioOfLoad,
  UsageError,
  withoutSecrets,
} from '@livekit-swarm/core';
import { describeScenario } from '@livekit-swarm/report';
import {
  chooseStaffing,
  openRecord,
  readSystemLimits,
  recordLines,
  run,
  socketNeed,
  watchInterruption,
} from '@livekit-swarm/swarm';
import { type Console, wantsColor, write } from '../console.ts';
import { type Deployed, deploy } from '../deploy.ts';
import type { RunFlags } from '../flags.ts';
import { openOutput } from '../output/output.ts';
import { formatProblem, interruptedProblem, noRunOf, type Problem, problemOf } from '../problem.ts';
import { createProgressPrinter } from '../progress-printer.ts';
import { defaultRecordDir, newRunName } from '../run-name.ts';
import { readTarget, type Target } from '../target.ts';
import { VERSION } from '../version.ts';

/**
 * `swarm`: sends a crowd and judges.
 * @param typed whether a flag stood on the command line
 * @throws UsageError before anything was started
 */
export const runCommand = async (
  flags: RunFlags,
  typed: (flag: keyof RunFlags) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const { stderr, env } = console;
  const output = openOutput(flags, console);
  const scenario = scenarioOfLoad(parseLoadFlags(flags), flags.threshold);
  const target = readTarget(flags, typed);
  resolveThresholds(scenario, flags.threshold);
  const name = newRunName();
  const plan = expandPlan(scenario, name);
  const staffing = chooseStaffing({
    plan,
    cores: availableParallelism(),
    workers: readWorkers(flags.workers),
    need: socketNeed(flags.signalling),
    limits: readSystemLimits(),
    embedded: target.type === 'embedded',
  });
  const record = openRecord(flags.record ?? defaultRecordDir(name, new Date()));
  const interruption = watchInterruption();
  const printer = createProgressPrinter(stderr, { quiet: flags.quiet === true, color: wantsColor(flags.color, stderr, env) });
  interruption.stop.addEventListener('abort', () => printer.say('Interrupted: everybody leaves. Once more to end at once.'));
  // Workers go in this process's exit handler, the server with its guard; what the record holds is on the disk.
  interruption.kill.addEventListener('abort', () => {
    record.flush();
    process.exit(EXIT_CODES.interrupted.code);
  });

  const fail = async (problem: Problem): Promise<ExitCode> => {
    printer.done();
    record.discard();
    await write(stderr, formatProblem(problem));
    if (problem.exitCode !== EXIT_CODES.usage.code) await output.add(noRunOf(problem, scenario.name));
    return await output.close(problem.exitCode);
  };

  let deployed: Deployed | null = null;
  try {
    printer.say(`${describeScenario(scenario)} → ${describeTarget(target)}`);
    deployed = await deploy(target, { dir: record.dir, onProgress: printer.say, signal: interruption.stop });
    if (interruption.stop.aborted) return await fail(interruptedProblem());
    const {
      summary,
      judgement,
      record: recordPath,
    } = await run({
      deployment: deployed,
      run: name,
      plan,
      staffing,
      thresholds: flags.threshold,
      signalling: flags.signalling,
      record,
      version: VERSION,
      stop: interruption.stop,
      onProgress: printer.show,
    });
    printer.done();
    await output.add({ summary, judgement, recordPath, readLines: () => recordLines(recordPath) });
    return await output.close(judgement.exitCode);
  } catch (error) {
    return await fail(interruption.stop.aborted ? interruptedProblem() : problemOf(error));
  } finally {
    await deployed?.stop();
    interruption.dispose();
  }
};

const MAX_WORKERS = 256;

const readWorkers = (text: string | undefined): number | null => {
  if (text === undefined) return null;
  const count = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (count >= 1 && count <= MAX_WORKERS) return count;
  throw new UsageError(`--workers ${text}: must be a whole number from 1 to ${MAX_WORKERS}`, 'leave it out to have it chosen');
};

const describeTarget = (target: Target): string =>
  target.type === 'remote' ? withoutSecrets(target.url) : `livekit-server ${target.version} on this machine`;
