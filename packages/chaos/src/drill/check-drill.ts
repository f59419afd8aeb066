import { LIMITS, thresholdProblems } from '@livekit-swarm/scenario';
import type { FileSettings, Path } from '@livekit-swarm/settings';
import { formatDuration, type Problem } from '@livekit-swarm/settings';
import type { Drill, FailedProbe } from './drill.ts';
import { drillTimes } from './drill-times.ts';
import { overlapsOf } from './fault-conflicts.ts';
import { scenarioOfDrill } from './scenario-of-drill.ts';
import type { Faults } from './schema/fault.ts';
import type { DrillFile } from './schema/file.ts';

/** Longer ones are a typing error. */
const LONGEST_MS = 24 * 3_600_000;

type Tell = (path: Path, message: string, hint: string) => void;

/** What is wrong with a drill that can be read, as far as its file alone tells. */
export const checkDrill = (
  drill: Drill,
  settings: FileSettings<DrillFile>,
  faults: Faults,
): Problem[] => {
  const problems: Problem[] = [];
  const tell: Tell = (path, message, hint) =>
    void problems.push(settings.problem(path, message, hint));
  checkLength(drill, tell);
  checkPeople(drill, tell);
  checkObjectives(drill, settings.value, tell);
  checkWindows(drill, settings, problems);
  checkLab(drill, settings.value, tell);
  for (const { position, message, hint } of overlapsOf(drill, settings.value.faults, faults)) {
    tell(['faults', position], message, hint);
  }
  return problems;
};

const checkLength = (drill: Drill, tell: Tell): void => {
  const { endMs } = drillTimes(drill);
  if (endMs <= LONGEST_MS) return;
  tell(
    ['drill'],
    `would take ${formatDuration(endMs)}`,
    `a drill takes ${formatDuration(LONGEST_MS)} at most`,
  );
};

/** What each way to fail needs to be seen at all. */
const ASKED: Record<FailedProbe, { key: string; by: (drill: Drill) => unknown[] }> = {
  rto: {
    key: 'rto',
    by: ({ objectives: { rtoP50Ms, rtoP95Ms, rtoMaxMs } }) => [rtoP50Ms, rtoP95Ms, rtoMaxMs],
  },
  'never-recovered': { key: 'neverRecovered', by: ({ objectives }) => [objectives.neverRecovered] },
  'rooms-lost': { key: 'roomsLost', by: ({ objectives }) => [objectives.roomsLost] },
  'split-brain': { key: 'splitBrain', by: ({ objectives }) => [objectives.splitBrain] },
  'control-rooms': { key: 'controlRooms', by: ({ objectives }) => [objectives.controlGapMs] },
  newcomers: {
    key: 'newcomersIn',
    by: ({ objectives }) => [objectives.newcomersIn, objectives.newcomersBlind],
  },
  ghosts: { key: 'ghosts', by: ({ objectives }) => [objectives.ghosts] },
  disconnected: { key: 'disconnected', by: ({ objectives }) => [objectives.disconnected] },
  alerts: {
    key: 'alerts',
    by: ({ objectives }) => [...Object.keys(objectives.alertsWithinMs), null],
  },
  thresholds: {
    key: 'thresholds',
    by: ({ thresholds }) => (thresholds.length > 0 ? thresholds : [null]),
  },
};

const checkObjectives = (drill: Drill, { known }: DrillFile, tell: Tell): void => {
  const { objectives, newcomers, faults } = drill;
  for (const [key, value] of Object.entries({
    newcomersIn: objectives.newcomersIn,
    newcomersBlind: objectives.newcomersBlind,
  })) {
    if (value !== null && newcomers === null)
      tell(
        ['objectives', key],
        'is about newcomers, and there are none',
        'add newcomers: { every: 2s, stay: 4s }',
      );
  }
  if (faults.length === 0 && ASKED.rto.by(drill).some((limit) => limit !== null)) {
    tell(['objectives', 'rto'], 'counts from a fault, and there is none', 'leave it out');
  }
  checkAlerts(drill, tell);
  for (const list of ['fails', 'sometimes'] as const) {
    for (const [index, failing] of (known?.[list] ?? []).entries()) {
      const { key, by } = ASKED[failing];
      if (by(drill).some((asked) => asked !== null)) continue;
      const where = failing === 'thresholds' ? 'thresholds' : `objectives.${key}`;
      tell(
        ['known', list, index],
        `${failing} would never be seen: nothing asks for it`,
        `add ${where}, or leave it out`,
      );
    }
  }
};

const checkAlerts = (drill: Drill, tell: Tell): void => {
  const { faultFromMs, endMs } = drillTimes(drill);
  const asked = Object.entries(drill.objectives.alertsWithinMs);
  if (asked.length === 0) return;
  if (drill.faults.length === 0)
    tell(['objectives', 'alerts'], 'count from a fault, and there is none', 'leave them out');
  else if (!drill.lab.alerts)
    tell(
      ['objectives', 'alerts'],
      'would never be seen: the lab has no Prometheus',
      'add lab: { alerts: true }',
    );
  for (const [name, ms] of drill.faults.length === 0 ? [] : asked) {
    if (ms <= endMs - faultFromMs) continue;
    const left = formatDuration(endMs - faultFromMs);
    tell(
      ['objectives', 'alerts', name],
      `is more time than there is: ${left} after the fault it is over`,
      'make recovery longer',
    );
  }
};

/** Thresholds on what is not in the drill would never be crossed. */
const checkWindows = (
  drill: Drill,
  { value, problem }: FileSettings<DrillFile>,
  problems: Problem[],
): void => {
  const scenario = scenarioOfDrill(drill);
  for (const { path, text } of value.thresholds) {
    for (const found of thresholdProblems(scenario, [text]))
      problems.push(problem(['thresholds', ...path], found.problem.message, found.problem.hint));
  }
};

const checkPeople = (drill: Drill, tell: Tell): void => {
  const { rooms, participants } = drill.crowd;
  if (rooms * participants <= LIMITS.participants) return;
  tell(
    ['crowd', 'rooms'],
    `${rooms} rooms of ${participants} are more than ${LIMITS.participants} participants`,
    'use fewer rooms, or fewer in each',
  );
};

/** What LiveKit calls its secrets. */
const SECRETS: ReadonlySet<string> = new Set([
  'keys',
  'key_file',
  'password',
  'sentinel_password',
  'secret',
  'credential',
]);

/** Where secrets stand in a configuration. */
const secretsIn = (value: unknown, path: Path): Path[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    return SECRETS.has(key) ? [here] : secretsIn(inner, here);
  });
};

const checkLab = ({ lab }: Drill, { faults }: DrillFile, tell: Tell): void => {
  for (const path of secretsIn(lab.config, ['lab', 'config'])) {
    tell(
      path,
      'would stand in records and reports',
      'leave it out: a lab has keys of its own, made anew each time',
    );
  }
  for (const [position, { aim }] of faults.entries()) {
    if (aim?.role !== 'other-node' || lab.nodes > 1) continue;
    tell(
      ['faults', position, 'aim'],
      'there is no other node: the lab has one',
      'write lab: { nodes: 2 } or more',
    );
  }
};
