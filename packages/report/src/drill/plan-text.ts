import { type DrillPlan, describeTarget, type PlannedFault } from '@livekit-swarm/chaos';
import type { Drill, KnownFailures } from '@livekit-swarm/chaos/drill';
import { formatDuration, plural } from '@livekit-swarm/settings';
import type { Style } from '../text-layout.ts';
import { printable, wrap } from '../text-layout.ts';
import { describeInjection, loadText } from './phrases.ts';

/**
 * The dry run of a drill: at most 100 columns.
 * @param running the deployment runs already: no lab is started for the drill
 */
export const renderPlan = (plan: DrillPlan, style: Style, running = false): string => {
  const { drill, components, notRunning, participants, times } = plan;
  const { load, repeats, knownFailures, description } = drill;
  const lines = [
    style.title(drill.name),
    ...(description === null ? [] : wrap('  ', description)),
    '',
    ...columns([
      ['deployment', plan.deployment],
      ['components', components.map(({ name }) => name).join(', ')],
      [
        'load',
        `${loadText(load)}: ${plural(participants.load, 'participant')}, reconnect policy ${load.reconnectPolicy}`,
      ],
      ...(participants.joinProbes > 0
        ? [['join probes', `${participants.joinProbes}, from the steady state to the end`] as const]
        : []),
      [
        'duration',
        `${formatDuration(times.endMs)}${repeats > 1 ? ` × ${repeats} repeats` : ''}${running ? '' : ', and the start of a lab'}`,
      ],
      ['objectives', requirementsOf(drill) || 'none'],
      ...(drill.faults.length === 0 ? [] : [['ends early', abortText(drill)] as const]),
      ...(plan.helpers.length === 0
        ? []
        : [
            [
              'helpers',
              `${plural(plan.helpers.length, 'privileged pod')} on the Kubernetes nodes of these components, until the drill ends`,
            ] as const,
          ]),
      ...(plan.rollout === null ? [] : [['rollout', rolloutText(plan.rollout)] as const]),
      ...rollbacksOf(plan),
      ...plan.faults.flatMap(({ fault, losses, unknownLosses }) => [
        ...losses.map((loss) => ['deleted', `by ${fault}: ${loss}`] as const),
        ...unknownLosses.map((why) => ['deleted', `by ${fault}: cannot be known: ${why}`] as const),
      ]),
    ]),
    '',
    ...columns(
      scheduleOf(plan).map(([atMs, what]) => [seconds(atMs), what] as const),
      true,
    ),
  ];
  const obstacles = plan.faults.flatMap((fault) =>
    fault.obstacles.map((why) => `${fault.fault}: ${why}`),
  );
  const warnings = [
    ...notRunning.map((name) => `${name} does not run: the drill would begin without it`),
    ...[...new Set(obstacles)].map((why) => `the drill would be void: ${why}`),
  ]
    .flatMap((warning) => wrap('  ! ', warning))
    .map(style.unsure);
  const known =
    knownFailures === null
      ? []
      : wrap(
          '  → ',
          `livekit-server ${knownFailures.serverVersion} ${failuresOf(knownFailures)}: ${knownFailures.reason}`,
        );
  const blocks = [lines, warnings, known].filter((block) => block.length > 0);
  return printable(`${blocks.map((block) => block.join('\n')).join('\n\n')}\n`);
};

const rolloutText = (rollout: NonNullable<DrillPlan['rollout']>): string => {
  const { workload, replicas, image, maxSurge, maxUnavailable, partition, budgets } = rollout;
  const budgetText = (budgets ?? [])
    .map(
      ({ name, minAvailable, maxUnavailable: most }) =>
        `${name} (${most === null ? `at least ${minAvailable} available` : `at most ${most} unavailable`})`,
    )
    .join(', ');
  return [
    `${workload}, ${plural(replicas, 'pod')} of ${image}`,
    ...(maxUnavailable === null ? [] : [`at most ${maxUnavailable} unavailable`]),
    ...(maxSurge === null ? [] : [`${maxSurge} surge`]),
    ...(partition === null || partition === 0 ? [] : [`from pod ${partition}`]),
    `${rollout.terminationGraceSeconds} s grace period`,
    rollout.hasPreStop ? 'with preStop' : 'no preStop',
    rollout.hasReadinessProbe ? 'with a readiness probe' : 'no readiness probe',
    ...(budgetText === ''
      ? []
      : [`disruption budgets, which a rollout does not respect: ${budgetText}`]),
  ].join('; ');
};

/** Rows of two columns; long texts of the second are wrapped. */
const columns = (rows: readonly (readonly [string, string])[], right = false): string[] => {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.flatMap(([name, text]) =>
    wrap(`  ${right ? name.padStart(width) : name.padEnd(width)}  `, text),
  );
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

const failuresOf = ({ always, sometimes }: KnownFailures): string =>
  [
    ...(always.length > 0 ? [`is known to miss ${always.join(', ')}`] : []),
    ...(sometimes.length > 0 ? [`may miss ${sometimes.join(', ')}`] : []),
  ].join(', and ');

const scheduleOf = ({ drill, participants, times, faults }: DrillPlan): [number, string][] => {
  const list: [number, string][] = [
    [0, `${plural(participants.load, 'participant')} join${joinText(drill.load)}`],
    [times.steadyFromMs, 'steady state required from here, or the drill is void: @baseline'],
    ...faults.map((fault): [number, string] => [fault.atMs, describePlanned(fault)]),
    ...faults.flatMap((fault): [number, string][] =>
      fault.rollbackAtMs === null ? [] : [[fault.rollbackAtMs, `rollback of ${fault.fault}`]],
    ),
    [times.recoveryFromMs, 'recovery: @recovery'],
    [times.endMs, describeEnd(faults)],
  ];
  return list.sort(([a], [b]) => a - b);
};

const joinText = (load: Drill['load']): string =>
  'scenario' in load ? ', as the scenario plans' : `, ${load.joinRate} per second`;

const describePlanned = (planned: PlannedFault): string => {
  const { target, candidates } = planned;
  const text = describeTarget(target);
  const followsRooms = ['room-node', 'other-node', 'signal-node'].includes(target.role);
  const which =
    candidates.length > 1 && followsRooms
      ? `one of ${candidates.join(', ')}`
      : candidates.join(', ');
  const named = which === '' || which === text ? text : `${text} (${which})`;
  return `${describeInjection(planned)} → ${named}`;
};

const describeEnd = (faults: readonly PlannedFault[]): string => {
  const lasting = [
    ...new Set(
      faults.filter(({ rollbackAtMs }) => rollbackAtMs === null).map(({ fault }) => fault),
    ),
  ];
  return lasting.length === 0
    ? 'all participants leave'
    : `all participants leave; rollback of ${lasting.join(' and ')}`;
};

const rollbacksOf = ({ faults }: DrillPlan): (readonly [string, string])[] =>
  [...new Map(faults.map(({ fault, rollback }) => [fault, rollback]))].flatMap(
    ([fault, rollback]) =>
      rollback === null ? [] : [['rollback', `${fault}: ${rollback}`] as const],
  );

const abortText = ({ abort }: Pick<Drill, 'abort'>): string => {
  if (abort === null) return 'never: it has no abort condition';
  const share = (value: number): string => `more than ${Math.round(100 * value)} %`;
  const all = abort.interrupted === null ? '' : `, or ${share(abort.interrupted)} of all,`;
  return `when ${share(abort.controlGroupInterrupted)} of the subscribers in the control group${all} receive no media for ${formatDuration(abort.forMs)}`;
};

/** Requirements in the order of the report. */
const requirementsOf = ({ objectives, thresholds }: Drill): string => {
  const atMost = (name: string, limit: number | null): string[] =>
    limit === null ? [] : [`${name} ≤ ${limit}`];
  const within = (name: string, limit: number | null): string[] =>
    limit === null ? [] : [`${name} ≤ ${formatDuration(limit)}`];
  const { controlGroupInterruptionMs: control, joinProbesConnected: connected } = objectives;
  return [
    ...within('time to recover p50', objectives.timeToRecoverP50Ms),
    ...within('time to recover p95', objectives.timeToRecoverP95Ms),
    ...within('time to recover max', objectives.timeToRecoverMaxMs),
    ...atMost('subscriptions not recovered', objectives.subscriptionsNotRecovered),
    ...atMost('rooms without media', objectives.roomsWithoutMedia),
    ...atMost('split brain', objectives.splitBrain),
    ...(control === 0
      ? ['control group uninterrupted']
      : within('interruptions in the control group', control)),
    ...(connected === null ? [] : [`join probes connected ≥ ${Math.round(100 * connected)} %`]),
    ...atMost('join probes without complete media', objectives.joinProbesWithoutMedia),
    ...atMost('ghost rooms', objectives.ghostRooms),
    ...atMost('disconnected', objectives.disconnected),
    ...atMost('invariants violated', objectives.invariantViolations),
    ...within('recovery time (RTO)', objectives.rtoMs),
    ...within('age of lost writes (RPO)', objectives.rpoMs),
    ...atMost('records lost', objectives.stateLost),
    ...within('silence of an agent', objectives.agentSilenceMaxMs),
    ...atMost('conversations without an agent at the end', objectives.conversationsLost),
    ...objectives.roles.flatMap(({ role, direction, ...one }) => [
      ...within(`${role} ${direction}: time to recover p50`, one.timeToRecoverP50Ms),
      ...within(`${role} ${direction}: time to recover p95`, one.timeToRecoverP95Ms),
      ...within(`${role} ${direction}: time to recover max`, one.timeToRecoverMaxMs),
      ...atMost(`${role} ${direction}: not recovered`, one.subscriptionsNotRecovered),
    ]),
    ...Object.entries(objectives.alertsWithinMs).map(
      ([name, ms]) => `${name} within ${formatDuration(ms)}`,
    ),
    ...thresholds,
  ].join(', ');
};
