import { type MediaPath, recordedScenario, type Scenario } from '@livekit-swarm/scenario';
import {
  type FileSettings,
  invalidFile,
  type Problem,
  readSettings,
  usageError,
} from '@livekit-swarm/settings';
import { checkDrill } from './check-drill.ts';
import type { Drill, DrillFault, DrillLoad } from './drill.ts';
import { durationOfItem, injectionTimes } from './schedule.ts';
import type { FaultItem, Faults } from './schema/fault.ts';
import { type DrillFile, drillFile, ROOMS_LOAD } from './schema/file.ts';
import { defaultTarget } from './schema/target.ts';

export interface ParseDrillOptions {
  /** Path of the file, for error messages. */
  file: string;
  /** Faults that a drill may use. */
  faults: Faults;
  /**
   * Reads a scenario file that the drill names.
   * @param path as written in the drill
   * @throws SwarmError `invalid_file`
   */
  readScenario?(path: string, scale: string | undefined): Scenario;
  /** True for the conditions of a roll, whose changes count like faults. */
  isRolled?: boolean;
  /** Load that replaces that of the file. */
  load?: ReplacingLoad | undefined;
}

/** Scenario that is drilled instead of the load of a file. */
export interface ReplacingLoad {
  scenario: Scenario;
  /** Time of the steady state, ms after the start of the run; null: as in the file. */
  steadyAtMs: number | null;
}

/** Schemas of drill files: random drills read many, and a schema takes longer than a file. */
const schemas = new WeakMap<Faults, ReturnType<typeof drillFile>>();

const schemaOf = (faults: Faults): ReturnType<typeof drillFile> => {
  const known = schemas.get(faults) ?? drillFile(faults);
  schemas.set(faults, known);
  return known;
};

/**
 * Reads a drill file: all defaults filled in, and every occurrence of its faults listed.
 * @throws SwarmError `invalid_file` with every problem: file, line, column, message and hint
 */
export const parseDrill = (text: string, options: ParseDrillOptions): Drill => {
  const { file, faults } = options;
  const settings = readSettings(text, schemaOf(faults), {
    file,
    noun: 'drill',
    begin: 'write drill: NAME and its faults: [{ fault: kill, target: room-node, for: 10s }]',
  });
  const contradictions = checkLoadKeys(settings);
  if (contradictions.length > 0) throw invalidFile(contradictions);
  const drill = drillOf(settings, options);
  const problems = checkDrill(drill, settings, faults, options.isRolled);
  if (problems.length > 0) throw invalidFile(problems);
  return drill;
};

/** Keys of rooms that a drill has besides its scenario. */
const checkLoadKeys = ({ value, problem }: FileSettings<DrillFile>): Problem[] => {
  const { load, scenario } = value;
  if (scenario === undefined) return [];
  return (['rooms', 'participants', 'publish', 'path', 'joinRate'] as const)
    .filter((key) => load[key] !== undefined)
    .map((key) =>
      problem(['load', key], 'has no effect: the scenario describes the load', 'leave one out'),
    );
};

const loadOf = (
  { load, scenario, faults }: DrillFile,
  { readScenario, load: replacement }: ParseDrillOptions,
): DrillLoad => {
  const { reconnectPolicy } = load;
  const given =
    replacement?.scenario ??
    (scenario === undefined ? undefined : readScenario?.(scenario.file, scenario.scale));
  if (given !== undefined) return { scenario: recordedScenario(given), reconnectPolicy };
  if (scenario !== undefined)
    throw usageError(
      `the scenario ${scenario.file} cannot be read here`,
      'give the path of the drill file, instead of its text',
    );
  return {
    rooms: load.rooms ?? ROOMS_LOAD.rooms,
    participants: load.participants ?? ROOMS_LOAD.participants,
    publish: load.publish ?? [...ROOMS_LOAD.publish],
    joinRate: load.joinRate ?? ROOMS_LOAD.joinRate,
    reconnectPolicy,
    path: load.path ?? defaultPath(faults),
  };
};

const drillOf = ({ value }: FileSettings<DrillFile>, options: ParseDrillOptions): Drill => ({
  name: value.drill,
  description: value.description ?? null,
  tags: { ...value.tags },
  seed: value.seed,
  lab: {
    nodes: value.lab.nodes,
    sites: value.lab.sites,
    redis: value.lab.redis,
    spare: value.lab.spare,
    tls: value.lab.tls,
    dnsTtlMs: value.lab.dns,
    agentWorkers: agentWorkersOf(value.lab.agentWorkers),
    // Mappings of a parsed file have no prototype, but code that merges them expects one.
    config: structuredClone(value.lab.config),
    alerts: value.lab.alerts,
  },
  load: loadOf(value, options),
  steadyState: {
    withinMs: value.steadyState.within,
    forMs: value.steadyState.for,
    atMs: options.load?.steadyAtMs ?? value.steadyState.at ?? null,
  },
  faults: value.faults
    .flatMap((item, position) => occurrencesOf(item, value.seed, position, options.faults))
    .sort((a, b) => a.atMs - b.atMs),
  ...(!value.requireTraffic && { requireTraffic: false as const }),
  recoveryMs: value.recovery,
  joinProbes:
    value.joinProbes === undefined
      ? null
      : {
          everyMs: value.joinProbes.every,
          sessionMs: value.joinProbes.sessionDuration,
          staggerMs: value.joinProbes.stagger,
        },
  continuity:
    value.continuity === undefined
      ? null
      : { everyMs: value.continuity.every, rooms: value.continuity.rooms },
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
  // Known failures are only known for the load of the file.
  knownFailures: options.load === undefined ? (value.knownFailures ?? null) : null,
});

const agentWorkersOf = (given: DrillFile['lab']['agentWorkers']): Drill['lab']['agentWorkers'] => {
  if (given === undefined) return null;
  const { after, length, drain, ...rest } = given;
  const answers = { afterMs: after, lengthMs: length, stopsAfterMs: 300 };
  return { ...rest, answers, drainMs: drain };
};

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
