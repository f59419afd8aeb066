import {
  availableFaults,
  FAULTS,
  type FaultAvailability,
  openJournal,
  stoppedComponents,
} from '@livekit-swarm/chaos';
import { PLAIN_REDIS } from '@livekit-swarm/lab';
import { printable, renderChecklist, type Style, styleFor, wrap } from '@livekit-swarm/report';
import { EXIT_CODES, type ExitCode, plural } from '@livekit-swarm/settings';
import {
  type DeploymentFlags,
  describeDeployment,
  inspectDeployment,
  readDeploymentChoice,
} from '../chaos/deployment-choice.ts';
import { type Console, wantsColor, write } from '../console.ts';

export interface ChaosDoctorFlags extends DeploymentFlags {
  json?: boolean;
  color: boolean;
}

/** Schema of the output of `--json`. */
const SCHEMA = 'livekit-swarm/chaos-doctor/1';

/** Nodes of a lab that suffice for every fault to have a target. */
const NODES = 1;

/**
 * `swarm chaos doctor`: which faults are available here, and what the others need. Exits with 3
 * when none is.
 */
export const chaosDoctorCommand = async (
  flags: ChaosDoctorFlags,
  typed: (flag: keyof DeploymentFlags) => boolean,
  { stdout, env }: Console,
): Promise<ExitCode> => {
  const choice = readDeploymentChoice(flags, typed, env);
  await using platform = await inspectDeployment(choice, {
    nodes: NODES,
    sites: 1,
    spare: 0,
    tls: false,
    dnsTtlMs: null,
    agentWorkers: null,
    redis: PLAIN_REDIS,
  });
  const components = await platform.components();
  const found = await availableFaults(platform, components, FAULTS);
  const notRunning = await stoppedComponents(platform, components);
  const { pending, unreadable } = await openJournal().read();
  const journalEntries = pending.length + unreadable.length;
  const style = styleFor(wantsColor(flags.color, stdout, env));
  await write(
    stdout,
    flags.json
      ? `${JSON.stringify({ schema: SCHEMA, deployment: platform.label, faults: found, notRunning, journalEntries }, null, 2)}\n`
      : printable(
          asText({ label: describeDeployment(choice), found, notRunning, journalEntries }, style),
        ),
  );
  return found.some(({ available }) => available.length > 0)
    ? EXIT_CODES.passed.code
    : EXIT_CODES.unreachable.code;
};

interface Findings {
  label: string;
  found: readonly FaultAvailability[];
  /** Components that do not run. */
  notRunning: readonly string[];
  /** Faults of earlier drills that were not rolled back. */
  journalEntries: number;
}

const asText = ({ label, found, notRunning, journalEntries }: Findings, style: Style): string => {
  const entries = found.map(({ fault, available, unavailable }) => {
    const reasons = [...new Set(unavailable.map(({ why }) => why))];
    const mark =
      available.length > 0
        ? reasons.length > 0
          ? style.unsure('!')
          : style.good('✓')
        : style.bad('✗');
    const what =
      available.length > 0
        ? available.join(', ')
        : reasons.length > 0
          ? 'not available'
          : 'no component of its kind';
    return { mark, name: fault, finding: what, below: reasons };
  });
  const lines = renderChecklist(entries, (reason, columns) => wrap('→ ', reason, columns));
  const some = found.filter(({ available }) => available.length > 0).length;
  const conclusion = `${some} of ${plural(found.length, 'fault')} can be injected into ${label}.`;
  const rest = [
    ...notRunning.map(
      (name) => `${name} does not run: start it before a drill, which would run without it.`,
    ),
    ...(journalEntries === 0
      ? []
      : [
          `${plural(journalEntries, 'fault')} of earlier drills ${journalEntries === 1 ? 'is' : 'are'} in the journal: run "swarm chaos rollback".`,
        ]),
  ].map(style.bad);
  return `${[...lines, '', conclusion, ...rest].join('\n')}\n`;
};
