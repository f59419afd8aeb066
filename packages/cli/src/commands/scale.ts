import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defaultRecordDir, newRunName } from '@livekit-swarm/campaign';
import { type ServerSpec, startOptions } from '@livekit-swarm/campaign/server';
import {
  type Rehearsal,
  rehearse,
  rehearseDeployment,
  SCALE_MODES,
  SCALE_RESULT_SCHEMA,
  type ScaleMode,
  type ScaleResult,
  type ScalerFile,
  type TimetableOptions,
} from '@livekit-swarm/chaos/scale';
import { mergeConfig } from '@livekit-swarm/lab';
import type { RecordWriter } from '@livekit-swarm/record';
import { describeDrillEvent } from '@livekit-swarm/report/drill';
import { exitCodeOfScale, SCALE_REPORTERS } from '@livekit-swarm/report/scale';
import { allocateWorkers, readSystemLimits, socketNeed } from '@livekit-swarm/runner';
import { type ExitCode, interruptedError, usageError } from '@livekit-swarm/settings';
import { interruptRuns } from '../command-interruption.ts';
import { type Console, wantsColor } from '../console.ts';
import type { ResultFlags } from '../flags/output.ts';
import { exitCodeAfter, openResultOutput } from '../output/result-output.ts';
import { createProgressPrinter } from '../progress-printer.ts';
import { readLabServer } from '../requests/lab-server.ts';
import { readProcesses } from '../requests/target.ts';
import { readScaleTarget, type ScaleTargetFlags } from '../scale/read-scale-target.ts';
import { makeSessionFolder } from '../session-folder.ts';
import { VERSION } from '../version.ts';

export interface ScaleFlags extends ResultFlags, ScaleTargetFlags {
  processes?: string;
}

/**
 * `swarm scale FILE`: rehearses a scaler in a lab, or the autoscaler of a deployment.
 * @param typed whether a flag was given on the command line
 * @throws SwarmError `usage`, `invalid_file` before anything was started
 */
export const scaleCommand = async (
  path: string,
  flags: ScaleFlags,
  typed: (flag: keyof ScaleFlags) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const { stderr, env } = console;
  const output = openResultOutput(SCALE_REPORTERS, flags, console);
  const target = readScaleTarget(path, flags, typed, env);
  const { file, scenario, guard } = target;
  // A scenario may name token endpoints.
  guard.assertServers(null, scenario);
  const modes: readonly Rehearsal['mode'][] =
    target.type === 'lab' ? modesOf(target.file, flags.compare === true, path) : HPA;
  const server = readLabServer(flags.server);
  const workers = readProcesses(flags.processes);
  const folder = flags.record ?? defaultRecordDir(`scale-${newRunName()}`, new Date());
  makeSessionFolder(folder, ['record.ndjson', 'scale.json', ...SCALE_MODES]);

  const printer = createProgressPrinter(stderr, {
    quiet: flags.quiet === true,
    color: wantsColor(flags.color, stderr, env),
  });
  const interruption = interruptRuns(printer);
  let record: RecordWriter | null = null;
  const flush = (): void => record?.flush();
  interruption.kill.addEventListener('abort', flush);
  const startedAt = new Date().toISOString();
  try {
    const commonOf = (dir: string): TimetableOptions => ({
      ...{ scenario, guard, dir, runName: newRunName(), version: VERSION },
      staff: (plan) =>
        allocateWorkers({
          ...{ plan, workers, cores: availableParallelism(), embedded: target.type === 'lab' },
          ...{ need: socketNeed('auto'), limits: readSystemLimits() },
        }),
      stop: interruption.stop,
      onProgress: printer.show,
      onLine: (line) => {
        const text = line.type === 'drill' ? describeDrillEvent(line) : null;
        if (text !== null && 'at' in line)
          printer.print(`${(line.at / 1_000).toFixed(1)} s  ${text}`);
      },
      onRecord: (writer) => {
        record = writer;
      },
    });
    const { rehearsals, failure } = await rehearseEach(modes, (mode) => {
      if (interruption.stop.aborted) throw interruptedError(INTERRUPTED);
      if (modes.length > 1) printer.print(`Rehearsing the ${mode} scaler`);
      const common = commonOf(modes.length > 1 ? join(folder, mode) : folder);
      if (target.type === 'deployment')
        return rehearseDeployment({
          ...{ ...common, file: target.file, open: target.open },
          confirmedTarget: flags.confirmTarget ?? null,
        });
      const { nodes, rule } = target.file;
      return rehearse({
        ...common,
        file: {
          ...target.file,
          nodes: { ...nodes, config: configOf(target.file, server) },
          rule: { ...rule, mode: mode === 'hpa' ? rule.mode : mode },
        },
        provision: { ...programOf(server), onProgress: printer.print, signal: interruption.stop },
      });
    });
    const result: ScaleResult = { schema: SCALE_RESULT_SCHEMA, file, startedAt, rehearsals };
    printer.done();
    const isWritten = await output.finish(result, folder, 'record and result');
    if (failure !== null) throw failure.error;
    return exitCodeAfter(isWritten, exitCodeOfScale(result));
  } catch (error) {
    if (interruption.stop.aborted) throw interruptedError(INTERRUPTED);
    throw error;
  } finally {
    printer.done();
    interruption.kill.removeEventListener('abort', flush);
    interruption.dispose();
  }
};

const INTERRUPTED = 'interrupted before every mode was rehearsed';

const HPA = ['hpa'] as const;

/**
 * Rehearses modes one after the other; a mode that fails ends it, and does not cost those before it.
 * @throws what the first mode reports
 */
export const rehearseEach = async <Mode extends Rehearsal['mode']>(
  modes: readonly Mode[],
  rehearseMode: (mode: Mode) => Promise<Rehearsal>,
): Promise<{ rehearsals: Rehearsal[]; failure: { error: unknown } | null }> => {
  const rehearsals: Rehearsal[] = [];
  for (const mode of modes) {
    try {
      rehearsals.push(await rehearseMode(mode));
    } catch (error) {
      if (rehearsals.length === 0) throw error;
      return { rehearsals, failure: { error } };
    }
  }
  return { rehearsals, failure: null };
};

/** The mode of the file, and with --compare the other one. */
const modesOf = ({ rule }: ScalerFile, compares: boolean, path: string): ScaleMode[] => {
  if (!compares) return [rule.mode];
  if (rule.ahead === undefined)
    throw usageError(
      `--compare: ${path} has no time that a predictive scaler looks ahead`,
      'add ahead: 30s to rule',
    );
  return [rule.mode, ...SCALE_MODES.filter((mode) => mode !== rule.mode)];
};

const programOf = (server: ServerSpec | null) => {
  if (server === null) return {};
  const { config: _, limits: __, ...program } = startOptions(server);
  return program;
};

const configOf = ({ nodes }: ScalerFile, server: ServerSpec | null): Record<string, unknown> =>
  mergeConfig({ ...nodes.config }, server?.config ?? {});
