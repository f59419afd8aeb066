import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { FAULTS, type Journal, runDrill } from '@livekit-swarm/chaos';
import type { Drill } from '@livekit-swarm/chaos/drill';
import type { Interruption } from '@livekit-swarm/host';
import type { RecordLine, RecordWriter } from '@livekit-swarm/record';
import { type DrillOutcome, writeDrillFile } from '@livekit-swarm/report/drill';
import { allocateWorkers, readSystemLimits, socketNeed } from '@livekit-swarm/runner';
import { EXIT_CODES, plural } from '@livekit-swarm/settings';
import type { ProgressPrinter } from '../progress-printer.ts';
import { newRunName } from '../run-name.ts';
import { VERSION } from '../version.ts';
import { aloneOn } from './alone-on.ts';
import type { DrillMetrics, RepeatObserver } from './drill-metrics.ts';
import { noDrillOf } from './problem-of-drill.ts';
import { openDeployment, type Where } from './where.ts';

export interface DrillRun {
  drill: Drill;
  where: Where;
  /** What the user says that the deployment is; null: nothing. */
  named: string | null;
  /** Folder of its records and logs. */
  dir: string;
  /** Processes that host participants; null lets us choose. */
  workers: number | null;
  journal: Journal;
  metrics: DrillMetrics;
  interruption: Pick<Interruption, 'stop' | 'kill'>;
  printer: ProgressPrinter;
}

/** How long who wants to end at once is kept waiting for what is being healed, ms. */
const HEALS_WITHIN_MS = 15_000;

/**
 * Carries one drill out, repeat by repeat. The first press of Ctrl-C heals and judges what there is; the second ends as soon as everything is healed.
 * @returns what it came to, or what kept it from coming about
 */
export const runOne = async ({
  drill,
  where,
  named,
  dir,
  workers,
  journal,
  metrics,
  interruption,
  printer,
}: DrillRun): Promise<DrillOutcome> => {
  let record: RecordWriter | null = null;
  let tap: RepeatObserver | null = null;
  const endAtOnce = (): void => {
    record?.flush();
    void untilHealed(journal, printer).finally(() => process.exit(EXIT_CODES.interrupted.code));
  };
  interruption.kill.addEventListener('abort', endAtOnce);
  try {
    return await aloneOn(where, () =>
      runDrill({
        save: (result) => writeDrillFile(dir, result),
        drill,
        faults: FAULTS,
        journal,
        named,
        dir,
        version: VERSION,
        stop: interruption.stop,
        deploy: (folder) =>
          openDeployment(where, drill, {
            dir: folder,
            metricsAddress: metrics.labAddress,
            onProgress: printer.say,
            signal: interruption.stop,
          }),
        newRunName,
        staff: (plan) =>
          allocateWorkers({
            plan,
            cores: availableParallelism(),
            workers,
            need: socketNeed('auto'),
            limits: readSystemLimits(),
            embedded: where.type === 'embedded',
          }),
        onRepeat: (number, of) => {
          tap = metrics.begin(drill.name);
          if (number > of) printer.say(`${drill.name}: once more, as the last one told nothing`);
          else if (of > 1) printer.say(`${drill.name}: repeat ${number} of ${of}`);
        },
        onRecord: (writer) => {
          record = writer;
        },
        onProgress: printer.show,
        onLine: (line) => {
          tap?.add(line);
          const text = sayLine(line);
          if (text !== null) printer.say(text);
        },
        onJudged: (repeat) => tap?.judged(repeat),
      }),
    );
  } catch (error) {
    return noDrillOf(drill.name, error, interruption.stop.aborted);
  } finally {
    printer.done();
    interruption.kill.removeEventListener('abort', endAtOnce);
  }
};

/** Resolves when nothing of this process is left in the journal, or it takes too long. */
const untilHealed = async (journal: Journal, printer: ProgressPrinter): Promise<void> => {
  const deadline = performance.now() + HEALS_WITHIN_MS;
  const left = async (): Promise<number> =>
    (await journal.read()).pending.filter(({ owner }) => owner.pid === process.pid).length;
  if ((await left()) > 0) printer.say('Healing what was injected …');
  while ((await left()) > 0 && performance.now() < deadline) await sleep(100);
  const remaining = await left();
  if (remaining > 0)
    printer.say(
      `${plural(remaining, 'fault')} could not be healed in time: run "swarm chaos heal".`,
    );
};

/** What a drill does, as it does it; null: nothing that one waits for. */
const sayLine = (line: RecordLine): string | null => {
  if (line.type !== 'drill') return null;
  const at = `${(line.at / 1_000).toFixed(1)} s`;
  switch (line.what) {
    case 'steady':
      return `${at}  steady: everybody hears everybody`;
    case 'void':
      return `${at}  void: ${line.message}`;
    case 'fault':
      return `${at}  ${line.fault} → ${line.target}${line.members.length > 0 ? ` (${line.members.join(', ')}, with ${plural(line.rooms.length, 'room')})` : ''}`;
    case 'heal':
      return `${at}  ${line.fault} is healed`;
    case 'skipped':
      return `${at}  ${line.fault} is not available here: ${line.message}`;
    case 'alert':
      return `${at}  alert ${line.name} ${line.state === 'firing' ? 'fires' : 'is over'}`;
    case 'aborted':
      return `${at}  aborted: ${line.message}`;
    default:
      return null;
  }
};
