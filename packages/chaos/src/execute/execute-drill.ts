/** A whole drill: as often as it asks for, each time on a deployment that is as it should be, and what all of it comes to. */

import type { RecordLine } from '@livekit-swarm/record';
import { openRecord, type RecordWriter } from '@livekit-swarm/record';
import type { Progress, WorkerAllocation } from '@livekit-swarm/runner';
import type { Plan } from '@livekit-swarm/scenario';
import type { Drill } from '../drill/drill.ts';
import type { Fault } from '../faults/fault.ts';
import type { Journal } from '../journal/journal.ts';
import { combineRepeats } from '../measure/combine-repeats.ts';
import type { DrillResult, RepeatResult } from '../measure/drill-result.ts';
import { needEyes } from './assert-observable.ts';
import { permit } from './confirm-target.ts';
import type { DrillDeployment } from './deployment.ts';
import { runRepeat } from './execute-repeat.ts';
import { attemptFolder, isEnough } from './repeat-attempts.ts';

/** A deployment for one repeat. Disposed of after it: a lab that was raised for it ends. */
export type RaisedDeployment = DrillDeployment & AsyncDisposable;

export interface DrillOptions {
  drill: Drill;
  /** Called before each repeat. `dir`: where a lab may keep its logs. */
  deploy(dir: string): Promise<RaisedDeployment>;
  faults: ReadonlyMap<string, Fault>;
  journal: Journal;
  /** On the command line: `--i-know-this-is`. */
  named: string | null;
  /** Folder of the drill; each repeat has one of its own in it. */
  dir: string;
  /** Writes the result so far into `dir`, so that the records can be evaluated again if this process is killed. */
  save(result: DrillResult): void | Promise<void>;
  newRunName(): string;
  staff(plan: Plan): WorkerAllocation;
  version: string;
  stop: AbortSignal;
  onRepeat?(number: number, of: number): void;
  /** The record being written now; null between repeats. For whoever must end at once. */
  onRecord?(record: RecordWriter | null): void;
  onProgress?(progress: Progress): void;
  onLine?(line: RecordLine): void;
  /** A repeat is over. */
  onJudged?(repeat: RepeatResult): void;
}

/**
 * Carries a drill out as often as it asks for, and what told nothing once more (see `isEnough`). Interrupted, it ends after the repeat that is going on. In its folder `drill.json` says what was asked and what has
 * come of it so far, from the first repeat on.
 * @throws SwarmError when it is not allowed, or something cannot be injected or healed; what raising the deployment and `run` of swarm throw
 */
export const runDrill = async (options: DrillOptions): Promise<DrillResult> => {
  const { drill, dir, stop } = options;
  const startedAt = new Date().toISOString();
  const repeats: RepeatResult[] = [];
  const versions = new Set<string>();
  let target = '';
  const soFar = (): DrillResult => combineRepeats({ drill, target, startedAt, repeats, versions });
  for (let number = 1; !isEnough(drill, repeats) && !stop.aborted; number++) {
    options.onRepeat?.(number, drill.repeats);
    const folder = attemptFolder(dir, drill, number);
    const record = openRecord(folder);
    options.onRecord?.(record);
    try {
      await using deployment = await options.deploy(folder);
      permit(deployment, drill, options.named);
      await needEyes(deployment, drill);
      target = deployment.target.label;
      // From now on its records can be read again, whatever becomes of this process.
      await options.save(soFar());
      const repeat = await runRepeat({
        ...options,
        number,
        deployment,
        record,
        name: options.newRunName(),
        onLine: (line) => {
          if (line.type === 'event' && line.serverVersion !== undefined)
            versions.add(line.serverVersion);
          options.onLine?.(line);
        },
      });
      repeats.push(repeat);
      await options.save(soFar());
      if (!stop.aborted) await deployment.confirm?.();
      options.onJudged?.(repeat);
    } catch (error) {
      record.discard();
      throw error;
    } finally {
      options.onRecord?.(null);
    }
  }
  return soFar();
};
