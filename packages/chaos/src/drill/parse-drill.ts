import { type FileSettings, invalidFile, readSettings } from '@livekit-swarm/settings';
import { checkDrill } from './check-drill.ts';
import type { Drill, DrillFault } from './drill.ts';
import { lengthOf } from './length-of.ts';
import { beginningsOf } from './schedule.ts';
import { usualAim } from './schema/check-target.ts';
import type { FaultItem, Faults } from './schema/fault.ts';
import { type DrillFile, drillFile } from './schema/file.ts';

export interface ParseDrillOptions {
  /** For messages. */
  file: string;
  /** Those that a drill may speak of. */
  faults: Faults;
}

/**
 * Reads a drill file: everything filled in, and every fault of its schedule written out.
 * @throws SwarmError `invalid_file` with everything that is wrong: file, line, column, what, and what to write instead
 */
export const parseDrill = (text: string, { file, faults }: ParseDrillOptions): Drill => {
  const settings = readSettings(text, drillFile(faults), {
    file,
    noun: 'drill',
    begin: 'write drill: NAME and its faults: [{ fault: kill, aim: room-node, for: 10s }]',
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
    // Mappings of a file have no prototype; others merge them.
    config: structuredClone(value.lab.config),
    alerts: value.lab.alerts,
  },
  crowd: value.crowd,
  steady: { withinMs: value.steady.within, forMs: value.steady.for },
  faults: value.faults
    .flatMap((item, position) => written(item, value.seed, position, faults))
    .sort((a, b) => a.atMs - b.atMs),
  recoveryMs: value.recovery,
  newcomers:
    value.newcomers === undefined
      ? null
      : {
          everyMs: value.newcomers.every,
          stayMs: value.newcomers.stay,
          apartMs: value.newcomers.apart,
        },
  objectives: value.objectives,
  thresholds: value.thresholds.map(({ text }) => text),
  repeats: value.repeats,
  abort:
    value.abort === undefined
      ? null
      : { controlDeaf: value.abort.controlDeaf, forMs: value.abort.for },
  blastRadius: { maxMembers: value.blastRadius.members, maxShare: value.blastRadius.share },
  allowed: value.allow,
  known: value.known ?? null,
});

/** A fault of the file, each time that it happens. */
const written = (item: FaultItem, seed: number, position: number, faults: Faults): DrillFault[] => {
  const fault = faults.get(item.fault);
  if (fault === undefined) throw new RangeError(`the schema let ${item.fault} through`);
  const aim = item.aim ?? usualAim(fault);
  if (aim === null) throw new RangeError(`the schema let ${item.fault} through without an aim`);
  const durationMs = lengthOf(item, fault);
  return beginningsOf(item, durationMs, seed, position).map((atMs) => ({
    fault: item.fault,
    aim,
    atMs,
    durationMs,
    params: structuredClone(item.with),
  }));
};
