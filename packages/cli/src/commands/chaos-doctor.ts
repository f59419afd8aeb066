import {
  availableFaults,
  FAULTS,
  type FaultAvailability,
  openJournal,
  stoppedComponents,
} from '@livekit-swarm/chaos';
import { printable, type Style, styleFor, wrap } from '@livekit-swarm/report';
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

/** What `--json` prints. */
const SCHEMA = 'livekit-swarm/chaos-doctor/1';

/** Enough for every fault to have somebody it is for. */
const NODES = 1;

/** `swarm chaos doctor`: which faults are possible here, and what keeps the others from being. Changes nothing; exits with 3 when none is. */
export const chaosDoctorCommand = async (
  flags: ChaosDoctorFlags,
  typed: (flag: keyof DeploymentFlags) => boolean,
  { stdout, env }: Console,
): Promise<ExitCode> => {
  const where = readDeploymentChoice(flags, typed, env);
  await using target = await inspectDeployment(where, NODES);
  const members = await target.components();
  const found = await availableFaults(target, members, FAULTS);
  const idle = await stoppedComponents(target, members);
  const { pending, unreadable } = await openJournal().read();
  const left = pending.length + unreadable.length;
  const style = styleFor(wantsColor(flags.color, stdout, env));
  await write(
    stdout,
    flags.json
      ? `${JSON.stringify({ schema: SCHEMA, target: target.label, faults: found, idle, pending: left }, null, 2)}\n`
      : printable(asText({ label: describeDeployment(where), found, idle, left }, style)),
  );
  return found.some(({ available }) => available.length > 0)
    ? EXIT_CODES.passed.code
    : EXIT_CODES.unreachable.code;
};

interface Findings {
  label: string;
  found: readonly FaultAvailability[];
  /** Parts that do not run. */
  idle: readonly string[];
  /** Faults of earlier drills that are in the journal. */
  left: number;
}

const asText = ({ label, found, idle, left }: Findings, style: Style): string => {
  const width = Math.max(...found.map(({ fault }) => fault.length));
  const lines = found.flatMap(({ fault, available, unavailable }) => {
    const whys = [...new Set(unavailable.map(({ why }) => why))];
    const mark =
      available.length > 0
        ? whys.length > 0
          ? style.unsure('!')
          : style.good('✓')
        : style.bad('✗');
    const what =
      available.length > 0
        ? available.join(', ')
        : whys.length > 0
          ? 'not here'
          : 'no component of its kind';
    return [
      `  ${mark}  ${fault.padEnd(width)}  ${what}`,
      ...whys.flatMap((why) => wrap(`${' '.repeat(7 + width)}→ `, why)),
    ];
  });
  const some = found.filter(({ available }) => available.length > 0).length;
  const conclusion = `${some} of ${plural(found.length, 'fault')} can be injected into ${label}.`;
  const rest = [
    ...idle.map(
      (name) => `${name} does not run: start it before a drill, which would begin without it.`,
    ),
    ...(left === 0
      ? []
      : [
          `${plural(left, 'fault')} of earlier drills ${left === 1 ? 'is' : 'are'} in the journal: run "swarm chaos rollback".`,
        ]),
  ].map(style.bad);
  return `${[...lines, '', conclusion, ...rest].join('\n')}\n`;
};
