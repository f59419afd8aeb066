import type { MediaPath } from '@livekit-swarm/scenario';
import { type FileSettings, invalidFile, readSettings } from '@livekit-swarm/settings';
import { checkDrill } from './check-drill.ts';
import type { Drill, DrillFault } from './drill.ts';
import { durationOfItem, injectionTimes } from './schedule.ts';
import type { FaultItem, Faults } from './schema/fault.ts';
import { type DrillFile, drillFile } from './schema/file.ts';
import { defaultTarget } from './schema/target.ts';

export interface ParseDrillOptions {
  /** Path of the file, for error messages. */
  file: string;
  /** Faults that a drill may use. */
  faults: Faults;
}

/**
 * Reads a drill file: all defaults filled in, and every occurrence of its faults listed.
 * @throws SwarmError `invalid_file` with every problem: file, line, column, message and hint
 */
export const parseDrill = (text: string, { file, faults }: ParseDrillOptions): Drill => {
  const settings = readSettings(text, drillFile(faults), {
    file,
    noun: 'drill',
    begin: 'write drill: NAME and its faults: [{ fault: kill, target: room-node, for: 10s }]',
  });
  const drill = drillOf(settings, faults);
  const problems = checkDrill(drill, settings, faults);
  if (problems.length > 0) throw invalidFile(problems);
  return drill;
};

const drillOf = ({ value }: FileSettings<DrillFile>, faults: Faults): Drill => ({
  name: value.drill,
  description: value.description ?? null,
  tags: { ...value.tags },
  seed: value.seed,
  lab: {
    nodes: value.lab.nodes,
    persistentRedis: value.lab.redis === 'persistent',
    // Mappings of a parsed file have no prototype, but code that merges them expects one.
    config: structuredClone(value.lab.config),
    alerts: value.lab.alerts,
  },
  load: { ...value.load, path: value.load.path ?? defaultPath(value.faults) },
  steadyState: { withinMs: value.steadyState.within, forMs: value.steadyState.for },
  faults: value.faults
    .flatMap((item, position) => occurrencesOf(item, value.seed, position, faults))
    .sort((a, b) => a.atMs - b.atMs),
  recoveryMs: value.recovery,
  joinProbes:
    value.joinProbes === undefined
      ? null
      : {
          everyMs: value.joinProbes.every,
          sessionMs: value.joinProbes.sessionDuration,
          staggerMs: value.joinProbes.stagger,
        },
  objectives: value.objectives,
  thresholds: value.thresholds.map(({ text }) => text),
  repeats: value.repeats,
  abort:
    value.abort === undefined
      ? null
      : {
          controlGroupInterrupted: value.abort.controlGroupInterrupted,
          interrupted: value.abort.interrupted ?? null,
          forMs: value.abort.for,
        },
  blastRadius: { maxComponents: value.blastRadius.components, maxShare: value.blastRadius.share },
  allowedTargets: value.allowedTargets,
  knownFailures: value.knownFailures ?? null,
});

/** Default path of media: through a relay only if a fault targets one. */
const defaultPath = (faults: readonly FaultItem[]): MediaPath =>
  faults.some(({ target }) => target?.role === 'turn') ? 'turn-udp' : 'direct';

/** Lists every occurrence of a fault of the file. */
const occurrencesOf = (
  item: FaultItem,
  seed: number,
  position: number,
  faults: Faults,
): DrillFault[] => {
  const fault = faults.get(item.fault);
  if (fault === undefined) throw new RangeError(`the schema accepted ${item.fault}`);
  const target = item.target ?? defaultTarget(fault);
  if (target === null) throw new RangeError(`the schema accepted ${item.fault} without a target`);
  const durationMs = durationOfItem(item, fault);
  return injectionTimes(item, durationMs, seed, position).map((atMs) => ({
    fault: item.fault,
    target,
    atMs,
    durationMs,
    params: paramsOf(item.with),
  }));
};

/** Parameters of a fault as a plain object: mappings of a parsed file have no prototype. */
const paramsOf = (params: unknown): DrillFault['params'] =>
  typeof params === 'object' && params !== null ? { ...structuredClone(params) } : {};
