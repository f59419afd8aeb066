import {
  type JournalEntry,
  type Orphan,
  type OrphanScan,
  openClusterScan,
  openEngineScan,
  openHostScan,
  openJournal,
  readDockerSpec,
} from '@livekit-swarm/chaos';
import { isSameProcess } from '@livekit-swarm/host';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import { type OutputStream, write } from '../console.ts';

/** Schema of the output of `--json`. */
const SCHEMA = 'livekit-swarm/orphans/1';

interface ScannedOrphan extends Orphan {
  place: string;
  /**
   * State of the orphan. `expected`: its drill runs, or the target removes it itself. `uncertain`:
   * an operator may have stopped it.
   */
  state: 'left' | 'expected' | 'uncertain' | 'removed' | 'not_removed';
  /** Reason why the orphan was not removed. */
  error: string | null;
}

/** Flags of `swarm chaos rollback --scan`. */
export interface ScanFlags {
  ssh?: string;
  sshConfig?: string;
  docker?: string;
  kubernetes?: string;
  kubeContext?: string;
  remove?: boolean;
  json?: boolean;
}

/**
 * `swarm chaos rollback --scan`: effects of faults by their own names, on each place.
 * @returns 3 when something is left
 * @throws SwarmError when a place cannot be reached, or a drill runs on one from which something is
 * removed
 */
export const scanForOrphans = async (
  flags: ScanFlags,
  env: NodeJS.ProcessEnv,
  stdout: OutputStream,
): Promise<ExitCode> => {
  const { pending } = await openJournal().read();
  const found: ScannedOrphan[] = [];
  for (const open of placesOf(flags, env)) {
    await using scan = await open();
    await using _lock = flags.remove === true ? await scan.lock() : null;
    for (const each of await scan.find()) {
      const orphan = { ...each, injection: each.injection ?? injectionOf(each, pending) };
      const state = stateOf(orphan, pending);
      const isRemoved = state === 'left' && flags.remove === true;
      const error = isRemoved ? await scan.remove(orphan) : null;
      const removed = error === null ? 'removed' : 'not_removed';
      found.push({ ...orphan, place: scan.place, state: isRemoved ? removed : state, error });
    }
  }
  await write(
    stdout,
    flags.json === true
      ? `${JSON.stringify({ schema: SCHEMA, orphans: found }, null, 2)}\n`
      : `${found.length === 0 ? 'No effect of a fault was found.' : found.map(orphanText).join('\n')}\n`,
  );
  return found.some(({ state }) => state === 'left' || state === 'not_removed')
    ? EXIT_CODES.unreachable.code
    : EXIT_CODES.passed.code;
};

/** Places that the flags name; without any, this host. */
const placesOf = (
  { ssh, sshConfig, docker, kubernetes, kubeContext }: ScanFlags,
  env: NodeJS.ProcessEnv,
): (() => Promise<OrphanScan>)[] => {
  const named = [
    ...(ssh ?? '')
      .split(',')
      .map((host) => host.trim())
      .filter((host) => host !== '')
      .map((host) => () => openHostScan(host, sshConfig ?? null)),
    ...(docker === undefined ? [] : [() => openEngineScan(readDockerSpec(docker, undefined, env))]),
    ...(kubernetes === undefined
      ? []
      : [
          () =>
            openClusterScan({
              namespace: kubernetes,
              ...(kubeContext !== undefined && { context: kubeContext }),
            }),
        ]),
  ];
  return named.length > 0 ? named : [() => openHostScan(null, null)];
};

/** The fault of the journal that stopped this process or paused this container; null: none. */
export const injectionOf = (
  { instance }: Pick<Orphan, 'instance'>,
  pending: readonly Pick<JournalEntry, 'id' | 'components'>[],
): string | null => {
  if (instance === null) return null;
  const isIt = (component: { instance: string | null }): boolean =>
    component.instance === instance || component.instance?.startsWith(`${instance}:`) === true;
  return pending.find(({ components }) => components.some(isIt))?.id ?? null;
};

/**
 * State of an orphan. A stopped process or paused container is certain only by the journal:
 * operators stop and pause, too.
 */
export const stateOf = (
  { kind, injection }: Pick<Orphan, 'kind' | 'injection'>,
  pending: readonly Pick<JournalEntry, 'id' | 'owner'>[],
): 'left' | 'expected' | 'uncertain' => {
  if (kind === 'automatic_rollback') return 'expected';
  const entry = pending.find(({ id }) => id === injection);
  if (entry !== undefined && isSameProcess(entry.owner)) return 'expected';
  const isStopped = kind === 'stopped_process' || kind === 'paused_container';
  return isStopped && injection === null ? 'uncertain' : 'left';
};

const orphanText = ({ place, kind, name, pid, state, error }: ScannedOrphan): string =>
  `${place}: ${KINDS[kind]} ${name}${pid === null ? '' : ` (process ${pid})`}: ${STATES[state]}${error === null ? '' : `: ${error}`}`;

const KINDS: Readonly<Record<Orphan['kind'], string>> = {
  nft_table: 'nftables table',
  cgroup: 'cgroup',
  impairment: 'program',
  stopped_process: 'stopped process',
  paused_container: 'paused container',
  network_chaos: 'NetworkChaos',
  pod_chaos: 'PodChaos',
  stress_chaos: 'StressChaos',
  reservation: 'job that reserves a host',
  helper: 'job of a helper pod',
  automatic_rollback: 'automatic rollback',
};

const STATES: Readonly<Record<ScannedOrphan['state'], string>> = {
  left: 'left by a fault; --remove removes it',
  expected: 'in use',
  uncertain:
    'not in the journal: an operator may have stopped it; left as it is (kill -CONT, docker unpause)',
  removed: 'removed',
  not_removed: 'not removed',
};
