/** Conditions that must hold before a drill injects a fault. */
import { roomServiceOf } from '@livekit-swarm/livekit';
import { codeOf, SwarmError, suggest, withoutSecrets } from '@livekit-swarm/settings';
import { impossibleAlerts, impossibleAlertText } from '../drill/alert-rules.ts';
import type { Drill } from '../drill/drill.ts';
import { type Fault, findFault } from '../faults/fault.ts';
import type { Journal } from '../journal/journal.ts';
import type { DrillPlan } from '../plan/plan-drill.ts';
import type { Component } from '../targets/platform.ts';
import type { DrillDeployment } from './deployment.ts';
import { expiryUnavailable, whyNoExpiry } from './inject-fault.ts';
import { alertRules, firingAlerts } from './observe-deployment.ts';
import type { InjectedFault } from './schedule-options.ts';

/**
 * Requires that the user named the deployment for this execution, unless it is a lab. A drill file
 * cannot confirm a deployment, only exclude others.
 * @param confirmed value of `--confirm-target`
 * @throws SwarmError `target_not_confirmed`, `abort_required`
 */
export const assertTargetConfirmed = (
  { isLab, name }: Pick<DrillDeployment, 'isLab' | 'name'>,
  drill: Pick<Drill, 'allowedTargets' | 'abort' | 'faults'>,
  confirmed: string | null,
): void => {
  if (isLab) return;
  const { allowedTargets } = drill;
  if (allowedTargets.length > 0 && !allowedTargets.includes(name)) {
    throw new SwarmError(
      'target_not_confirmed',
      `the drill does not allow "${name}", only ${allowedTargets.join(', ')}`,
      'see allowedTargets in the drill',
    );
  }
  assertAbortCondition(name, drill);
  if (confirmed === name) return;
  const mistaken = confirmed === null ? '' : `, not "${confirmed}"`;
  throw new SwarmError(
    'target_not_confirmed',
    `the drill would inject faults into "${name}"${mistaken}`,
    `see the preview above; then add --confirm-target ${name}`,
  );
};

/**
 * Requires an abort condition outside a lab: real users must not depend on an operator who watches,
 * so a harmful drill must end automatically.
 */
const assertAbortCondition = (name: string, { faults, abort }: Pick<Drill, 'faults' | 'abort'>) => {
  if (faults.length === 0) return;
  // A fault in a shared component leaves no control group: its condition would never be met.
  const isShared = faults.some(
    ({ target }) =>
      SHARED_ROLES.has(target.role) || (target.role === 'nodes' && target.share === 1),
  );
  if (abort !== null && (!isShared || abort.interrupted !== null)) return;
  throw new SwarmError(
    'abort_required',
    abort === null
      ? `the drill has no abort condition, which it needs on "${name}"`
      : `the abort condition of the drill cannot be met on "${name}": its faults affect all rooms and leave no control group`,
    isShared
      ? 'write abort: { interrupted: 50%, for: 20s }'
      : 'write abort: { controlGroupInterrupted: 50%, for: 10s }',
  );
};

/**
 * Checks that the plan lists all losses: the user confirms a target on the basis of this list.
 * @throws SwarmError `fault_unavailable` when a loss is unknown
 */
export const assertLossesKnown = ({ faults }: Pick<DrillPlan, 'faults'>): void => {
  for (const { fault, unknownLosses } of faults) {
    if (unknownLosses.length === 0) continue;
    throw new SwarmError(
      'fault_unavailable',
      `what ${fault} would delete cannot be known: ${unknownLosses.join('; ')}`,
      'check that this host can read from these components; "swarm chaos plan" asks them without changing anything',
    );
  }
};

/**
 * Requires the components that the drill names: otherwise, a mistyped name would be noticed after the
 * load has run.
 * @throws SwarmError `component_not_found`
 */
export const assertComponentsKnown = (
  { faults }: Pick<Drill, 'faults'>,
  components: readonly Pick<Component, 'name'>[],
): void => {
  const names = components.map(({ name }) => name);
  for (const { fault, target } of faults)
    if (target.role === 'component' && !names.includes(target.name))
      throw new SwarmError(
        'component_not_found',
        `the target of ${fault} is ${target.name}, and the deployment has no such component`,
        suggest(target.name, names, 'its components:'),
      );
};

const SHARED_ROLES: ReadonlySet<string> = new Set([
  ...['redis', 'redis-replica', 'sentinel', 'load-balancer', 'turn', 'site'],
]);

type Observable = Pick<DrillDeployment, 'name' | 'prometheusUrl' | 'redisUrl'>;

/**
 * Requires the services that objectives need: an unobserved alert may have fired, and a ghost room
 * may exist.
 * @throws SwarmError `prometheus_required`, `redis_required`, `alert_impossible`
 */
export const assertObservable = async (
  { name, prometheusUrl, redisUrl }: Observable,
  drill: Parameters<typeof impossibleAlerts>[0],
): Promise<void> => {
  const { objectives } = drill;
  const alerts = Object.keys(objectives.alertsWithinMs).join(', ');
  if (alerts !== '' && prometheusUrl === null) {
    throw new SwarmError(
      'prometheus_required',
      `objective \`alerts\` (${alerts}) needs the Prometheus URL of "${name}"`,
      'add --prometheus URL; a lab has Prometheus with "swarm lab up --with prometheus"',
    );
  }
  if (alerts !== '' && prometheusUrl !== null && (await firingAlerts(prometheusUrl)) === null) {
    throw new SwarmError(
      'prometheus_required',
      `objective \`alerts\` (${alerts}): the Prometheus of "${name}" does not answer at ${withoutSecrets(prometheusUrl)}`,
      'check that it runs, and the address (--prometheus)',
    );
  }
  if (alerts !== '' && prometheusUrl !== null)
    await assertAlertsPossible(name, prometheusUrl, drill);
  if (objectives.ghostRooms !== null && redisUrl === null) {
    throw new SwarmError(
      'redis_required',
      `objective \`ghostRooms\` needs the Redis URL of "${name}"`,
      'add --redis URL, or write ghostRooms: any',
    );
  }
};

/**
 * Checks the objectives on alerts: a rule with a `for` longer than its objective would fail the
 * drill on any server.
 */
const assertAlertsPossible = async (
  name: string,
  prometheusUrl: string,
  drill: Parameters<typeof impossibleAlerts>[0],
): Promise<void> => {
  const rules = await alertRules(prometheusUrl);
  if (rules === null) {
    throw new SwarmError(
      'prometheus_required',
      `objective \`alerts\`: the Prometheus of "${name}" does not list its rules at ${withoutSecrets(prometheusUrl)} (/api/v1/rules)`,
      'name the Prometheus that evaluates them (--prometheus)',
    );
  }
  const [problem] = impossibleAlerts(drill, rules);
  if (problem === undefined) return;
  const { message, hint } = impossibleAlertText(problem);
  throw new SwarmError('alert_impossible', `objective \`alerts\`: ${message}`, hint);
};

/**
 * Requires that every fault of the drill can expire on the target, for any component that it may be
 * injected into. Labs are exempt: they have no real users.
 * @throws SwarmError `expiry_unavailable`
 */
export const assertExpiry = async (
  { isLab, platform }: Pick<DrillDeployment, 'isLab' | 'platform'>,
  drill: Pick<Drill, 'faults'>,
  faults: ReadonlyMap<string, Fault>,
): Promise<void> => {
  if (isLab) return;
  const components = await platform.components();
  for (const { fault: name, params } of drill.faults) {
    const fault = findFault(faults, name);
    const why = await whyNoExpiry(fault, {
      platform,
      components: components.filter(({ kind }) => fault.targets.includes(kind)),
      params,
      id: 'expiry00',
      expiresAfterMs: null,
    });
    if (why !== null) throw expiryUnavailable(why);
  }
};

const TIMEOUT_SECONDS = 10;

/**
 * Creates the rooms of the load before the first join. When participants join a new room through
 * different nodes simultaneously, livekit-server can create two copies of it, which must not fail a
 * drill on another subject (chaos/simultaneous-first-join.yaml). Empty rooms close after a while.
 * @throws SwarmError `no_rooms`
 */
export const openRooms = async (
  deployment: Pick<DrillDeployment, 'url' | 'apiUrl' | 'apiKey' | 'apiSecret'>,
  rooms: readonly string[],
): Promise<void> => {
  const service = await roomServiceOf(deployment, TIMEOUT_SECONDS);
  try {
    for (const name of rooms) await service.createRoom({ name });
  } catch (error) {
    throw new SwarmError(
      'no_rooms',
      `the rooms of the drill cannot be created at ${deployment.url}: ${messageOf(error)}`,
      'check that the deployment is up, and its API key and secret',
      { cause: error },
    );
  }
};

/** Message of a failed request, from its cause: `fetch failed` alone contains no reason. */
const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  // An error of several addresses has a code, and no message.
  return cause instanceof Error
    ? `${message} (${cause.message || (codeOf(cause) ?? cause.name)})`
    : message;
};

/**
 * Name of the fault that another process rolled back early (`swarm chaos rollback --force`), which
 * makes the repeat void; null: none.
 * @param injected faults whose entries must be in the journal unless their rollback has begun
 */
export const externalRollback = async (
  injected: ReadonlySet<InjectedFault>,
  journal: Pick<Journal, 'read'>,
): Promise<string | null> => {
  const active = [...injected].filter(({ rollingBack }) => !rollingBack);
  if (active.length === 0) return null;
  const ids = new Set((await journal.read()).pending.map(({ id }) => id));
  return active.find(({ id, rollingBack }) => !ids.has(id) && !rollingBack)?.name ?? null;
};
