import { defaultRecordDir } from '@livekit-swarm/campaign';
import { parseServerSpec, type ServerSpec, startOptions } from '@livekit-swarm/campaign/server';
import { openJournal } from '@livekit-swarm/chaos';
import type { Drill } from '@livekit-swarm/chaos/drill';
import {
  changesOfRoll,
  createRollFold,
  defaultRollDrill,
  drillOfRoll,
  type LabelledRelease,
  type RollRequest,
} from '@livekit-swarm/chaos/roll';
import { watchInterruption } from '@livekit-swarm/host';
import { MAX_NODES, provisionLiveKit } from '@livekit-swarm/lab';
import { exitCodeOfDrill, isDrillResult } from '@livekit-swarm/report/drill';
import { ROLL_REPORTERS } from '@livekit-swarm/report/roll';
import { expandPlan } from '@livekit-swarm/scenario';
import { type ExitCode, formatDuration, parseDuration, usageError } from '@livekit-swarm/settings';
import {
  type DeploymentChoice,
  type DeploymentFlags,
  openRunningDeployment,
} from '../chaos/deployment-choice.ts';
import { readDrills } from '../chaos/drill-files.ts';
import { serveDrillMetrics } from '../chaos/drill-metrics.ts';
import { type DrillRequestFlags, readDrillRequest } from '../chaos/drill-request.ts';
import { overrideDrill, readLoadOverride } from '../chaos/override-drill.ts';
import { rollbackLeftovers } from '../chaos/rollback-pending.ts';
import { superviseDrill } from '../chaos/supervise-drill.ts';
import { type Console, wantsColor, write } from '../console.ts';
import { formatError } from '../error-text.ts';
import { leftOutLines } from '../left-out-lines.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { createProgressPrinter } from '../progress-printer.ts';
import { readRecordDir } from '../requests/record-folder.ts';
import { wholeNumber } from '../requests/whole-number.ts';
import { readRelease } from '../roll/read-release.ts';
import type { ServedMetricsFlags } from '../serve-run-metrics.ts';

export interface RollFlags extends DrillRequestFlags, ResultOutputFlags, ServedMetricsFlags {
  load?: string;
  scale?: string;
  steadyAt?: string;
  reconnectPolicy?: Drill['load']['reconnectPolicy'];
  order: RollRequest['order'];
  drain: string;
  drainEnd: RollRequest['end'];
  gate: string;
  settle: string;
  rollback?: boolean;
  nodes: string;
  drill?: string;
  record?: string;
}

/**
 * `swarm roll FROM TO`: upgrades a cluster node by node under calls.
 * @param typed whether a flag was given on the command line
 * @throws SwarmError `usage`, `rollout_unavailable` before anything was changed
 */
export const rollCommand = async (
  from: string,
  to: string,
  flags: RollFlags,
  typed: (flag: keyof DeploymentFlags) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const { stderr, env } = console;
  const output = openResultOutput(ROLL_REPORTERS, flags, console);
  const { base, scenario } = readBase(flags);
  // FROM is the server of a lab that is started for the roll.
  const request = readDrillRequest({ ...flags, server: from }, typed, env);
  const releases = readReleases(from, to, request.deployment);
  const roll: RollRequest = {
    from: releases.from,
    to: releases.to,
    order: flags.order,
    drainMs: parseDuration(flags.drain),
    end: flags.drainEnd,
    gateMs: parseDuration(flags.gate),
    settleMs: parseDuration(flags.settle),
    rollback: flags.rollback === true,
  };
  const deployment: DeploymentChoice =
    request.deployment.type === 'embedded'
      ? { ...request.deployment, isReplaced: true }
      : request.deployment;
  const { nodes, spare } = await nodesOf(deployment, roll, readNodes(flags.nodes));
  const drill = drillOfRoll(
    { ...base, lab: { ...base.lab, nodes: (nodes?.length ?? 0) || base.lab.nodes } },
    roll,
    nodes,
  );
  const dir =
    readRecordDir(flags.record, 'roll', false) ?? defaultRecordDir(drill.name, new Date());

  const printer = createProgressPrinter(stderr, {
    quiet: flags.quiet === true,
    color: wantsColor(flags.color, stderr, env),
  });
  const journal = openJournal();
  await rollbackLeftovers(journal, printer.print);
  const metrics = await serveDrillMetrics({ served: flags, forLab: false }, { stderr, env });
  const interruption = watchInterruption();
  const printInterrupted = (): void =>
    printer.print(
      `Interrupted: putting every node back; a drain in progress ends first, after ${formatDuration(roll.drainMs)} at most. Press Ctrl-C again to force.`,
    );
  interruption.stop.addEventListener('abort', printInterrupted);
  try {
    for (const server of Object.values(releases.servers ?? {})) {
      leftOutLines([server]).forEach(printer.print);
      // In a running lab, the new release is made ready when it is known that the nodes run FROM.
      if (deployment.type !== 'embedded') continue;
      const { version, serverPath, env: own } = startOptions(server);
      await provisionLiveKit({
        ...(version !== undefined && { version }),
        ...(serverPath !== undefined && { serverPath }),
        ...(own !== undefined && { env: own }),
        onProgress: printer.print,
        signal: interruption.stop,
      });
    }
    const fold = createRollFold();
    const outcome = await superviseDrill({
      drill,
      ...request,
      deployment,
      // A spare node does not run before the roll, and so cannot be proven to take part.
      allowUnprovenTarget: request.allowUnprovenTarget || spare !== null,
      dir,
      journal,
      metrics,
      interruption,
      printer,
      changes: changesOfRoll({
        request: roll,
        spare,
        onProgress: printer.print,
        signal: interruption.stop,
      }),
      onLine: fold.add,
    });
    if (!isDrillResult(outcome)) {
      await write(stderr, formatError(outcome));
      return outcome.exitCode;
    }
    const result = fold.result(roll, outcome, expandPlan(scenario, 'forecast'));
    interruption.stop.removeEventListener('abort', printInterrupted);
    const isWritten = await output.finish(result, dir, 'record and result');
    await metrics.linger(interruption.stop, () =>
      printer.print('Waiting for a final scrape of /metrics (Ctrl-C to skip)'),
    );
    return exitCodeAfter(isWritten, exitCodeOfDrill(outcome, false));
  } finally {
    printer.done();
    interruption.stop.removeEventListener('abort', printInterrupted);
    interruption.dispose();
    await metrics.close();
  }
};

const readNodes = wholeNumber('--nodes', 1, MAX_NODES - 1);

/** Drill with the load of --load, and what --drill requires of it. */
const readBase = (flags: RollFlags) => {
  if (flags.load === undefined)
    throw usageError(
      'swarm roll needs calls, but no --load was given',
      'add --load scenarios/video-meeting.yaml',
    );
  const { load: file, scale, steadyAt } = flags;
  const load = readLoadOverride({
    scenario: file,
    ...(scale !== undefined && { scale }),
    ...(steadyAt !== undefined && { steadyAt }),
  });
  if (load === undefined) throw new RangeError('a scenario is a load');
  const [given] = flags.drill === undefined ? [] : readDrills([flags.drill], load, true);
  if (given !== undefined && given.faults.length > 0)
    throw usageError(
      `--drill ${flags.drill}: has faults, which a roll does not inject`,
      'leave them out: faults: []',
    );
  // It is read at the planned end of a drill, and a roll ends when its last node is done.
  if (given !== undefined && given.continuity !== null)
    throw usageError(
      `--drill ${flags.drill}: measures continuity, which a roll does not`,
      'leave out continuity, rto, rpo and stateLost',
    );
  const abort = given?.abort ?? null;
  if (abort !== null && abort.interrupted === null)
    throw usageError(
      `--drill ${flags.drill}: its abort condition cannot be met: a roll changes every node, which leaves no control group`,
      'write abort: { interrupted: 50%, for: 20s }',
    );
  const { reconnectPolicy } = flags;
  const base = overrideDrill(
    given ?? defaultRollDrill(load),
    reconnectPolicy === undefined ? {} : { reconnectPolicy },
  );
  return { base, scenario: load.scenario };
};

interface Releases {
  from: LabelledRelease;
  to: LabelledRelease;
  /** Servers of a lab; null: another deployment. */
  servers: { from: ServerSpec; to: ServerSpec } | null;
}

const readReleases = (from: string, to: string, { type }: DeploymentChoice): Releases => {
  if (type === 'site') return { from: readRelease(from), to: readRelease(to), servers: null };
  const servers = { from: readServer(from), to: readServer(to) };
  return { from: releaseOf(servers.from), to: releaseOf(servers.to), servers };
};

const readServer = (text: string): ServerSpec => {
  const server = parseServerSpec(text);
  if (server.cpuCores === null && server.memoryBytes === null) return server;
  throw usageError(
    `${text}: the nodes of a lab have no limits of CPU and memory`,
    'leave @cpu and @memory out',
  );
};

const releaseOf = ({ name, version, serverPath, config }: ServerSpec): LabelledRelease => ({
  label: name,
  program: serverPath ?? version,
  config: config ?? {},
  configFile: null,
});

/**
 * Nodes in the order in which they are changed; null: the platform rolls them on its own.
 * @throws SwarmError `usage` for an order that the deployment does not have
 */
const nodesOf = async (
  deployment: DeploymentChoice,
  { order }: RollRequest,
  count: number,
): Promise<{ nodes: string[] | null; spare: string | null }> => {
  if (deployment.type === 'embedded') {
    const nodes = Array.from({ length: count }, (_, index) => `node-${index + 1}`);
    const spare = order === 'surge' ? `node-${count + 1}` : null;
    return { nodes: [...(spare === null ? [] : [spare]), ...nodes], spare };
  }
  await using running = await openRunningDeployment(deployment);
  const { platform } = running;
  if (platform.rollout?.by === 'platform') return { nodes: null, spare: null };
  if (order === 'surge')
    throw usageError(
      '--order surge needs a spare node, which only a lab that is started for the roll has',
      'leave it out, or leave --lab and the flags of your deployment out',
    );
  const all = await platform.components();
  return { nodes: all.flatMap(({ kind, name }) => (kind === 'node' ? [name] : [])), spare: null };
};
