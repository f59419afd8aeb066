import {
  type Connect,
  endpointsOf,
  NOTHING_READABLE,
  type Plan,
  type ReadPermission,
  type Scenario,
} from '@livekit-swarm/scenario';
import { usageError } from '@livekit-swarm/settings';
import type { ApiTarget } from '../api/api-clients.ts';
import { assertSameServer } from './api-identity.ts';
import {
  assertCloudConfirmed,
  assertHostAllowed,
  type HostRules,
  hostOf,
  scopeOf,
} from './host-rules.ts';
import { assertNoOthers, assertRoomsEmpty } from './occupants.ts';

/**
 * What is done to a server: `probe`: one or two participants in a room of their own; `drill`: load and faults, which have a confirmation of their own;
 * `run`: the load of a scenario; `search`: more load until users notice, or the same for hours.
 */
export type LoadKind = 'probe' | 'drill' | 'run' | 'search';

/** Which hosts need a confirmation where their URL was not typed in the same command. */
const CONFIRMED: Record<LoadKind, (url: string, origin: UrlOrigin) => boolean> = {
  probe: () => false,
  drill: () => false,
  // A scenario file is named in the command itself.
  run: (url, origin) => origin === 'environment' && scopeOf(hostOf(url)) === 'public',
  search: () => true,
};

/** Where a URL stood that was not typed. */
type UrlOrigin = 'environment' | 'scenario';

export interface LoadGuardOptions {
  rules: HostRules;
  kind: LoadKind;
  /** The server that is used. Null: the caller starts one. */
  url: string | null;
  /** Every URL that was typed in the command: what is typed is meant. */
  typed: readonly string[];
  /** Join rooms that have participants already. */
  joinExistingRooms: boolean;
  /** Search on a deployment that others use. */
  withOtherUsers: boolean;
  /** What scenario files may read of this host. */
  reads: ReadPermission;
}

/** What a guard reads of a planned run. */
export interface PlannedLoad {
  /** Random text that the plan was expanded with: a room whose name has it cannot exist yet. */
  run: string;
  plan: {
    scenario: Pick<Scenario, 'groups'>;
    participants: Pick<Plan['participants'][number], 'room'>[];
  };
}

/**
 * The permission of a command to send load. Whatever sends load takes one, so that no command can forget what must be asked before: host rules,
 * confirmations, rooms and deployments in use. A question that has no answer is a refusal.
 */
export class LoadGuard {
  readonly #options: LoadGuardOptions;
  readonly #typed: ReadonlySet<string>;
  /** Rooms that this command has sent participants to. */
  readonly #ownRooms = new Set<string>();
  readonly #sameServer = new Set<string>();

  private constructor(options: LoadGuardOptions) {
    this.#options = options;
    this.#typed = new Set(options.typed.map(hostOf));
  }

  /** @throws SwarmError `usage` when the server may not be used, or needs a confirmation */
  static of(options: LoadGuardOptions): LoadGuard {
    const guard = new LoadGuard(options);
    if (options.url !== null) guard.#check(options.url, 'environment');
    return guard;
  }

  /** For a server that the caller starts itself; what a scenario names besides it is still checked. */
  static ofOwnServer(rules: HostRules, kind: LoadKind, reads = NOTHING_READABLE): LoadGuard {
    const options = { rules, kind, url: null, typed: [], reads };
    return new LoadGuard({ ...options, joinExistingRooms: true, withOtherUsers: true });
  }

  /** What scenario files may read of this host. */
  get reads(): ReadPermission {
    return this.#options.reads;
  }

  /**
   * Checks every server of a load without connecting.
   * @param url the deployment; null: the caller starts one
   * @throws SwarmError `usage` when load may not be sent to one of them
   */
  assertServers(url: string | null, scenario: Pick<Scenario, 'groups'>): void {
    if (url !== null) this.assertServer(url);
    for (const endpoint of endpointsOf(scenario)) this.assertEndpoint(endpoint);
  }

  /** Checks a deployment without connecting. @throws SwarmError `usage` when it may not be used */
  assertServer(url: string): void {
    if (this.#options.url !== null) this.#check(url, 'environment');
    else if (scopeOf(hostOf(url)) === 'public')
      throw new RangeError(`${hostOf(url)} is not a server that this command has started`);
  }

  /** Checks a token endpoint and the servers that it may name. @throws SwarmError `usage` */
  assertEndpoint(
    { url, servers }: Pick<Connect, 'url' | 'servers'>,
    origin: UrlOrigin = 'scenario',
  ): void {
    for (const one of [url, ...servers]) this.#check(one, origin);
  }

  /**
   * Asks the deployment who would be affected by a load.
   * @throws SwarmError `usage` when others are, or when that cannot be found out
   */
  async admit(deployment: ApiTarget, { run, plan }: PlannedLoad): Promise<void> {
    this.assertServers(deployment.url, plan.scenario);
    const rooms = [...new Set(plan.participants.map(({ room }) => room))];
    const { joinExistingRooms } = this.#options;
    const fixed = joinExistingRooms ? [] : rooms.filter((room) => !room.includes(run));
    if (fixed.length > 0) {
      await assertRoomsEmpty(deployment, fixed);
      await this.#assertSameServer(deployment, '--join-existing-rooms');
    }
    await this.assertUnused(deployment);
    for (const room of rooms) this.#ownRooms.add(room);
  }

  /** Asks a deployment that is searched for its limit whether others use it. @throws SwarmError `usage` */
  async assertUnused(deployment: ApiTarget): Promise<void> {
    const { kind, withOtherUsers } = this.#options;
    if (kind !== 'search' || withOtherUsers) return;
    await assertNoOthers(deployment, this.#ownRooms);
    await this.#assertSameServer(deployment, '--with-other-users');
  }

  async #assertSameServer(deployment: ApiTarget, override: string): Promise<void> {
    if (this.#sameServer.has(deployment.url)) return;
    await assertSameServer(deployment, override);
    this.#sameServer.add(deployment.url);
  }

  #check(url: string, origin: UrlOrigin): void {
    const { rules, kind } = this.#options;
    assertHostAllowed(url, rules);
    assertCloudConfirmed(url, rules);
    const host = hostOf(url);
    if (this.#typed.has(host) || rules.confirmed.includes(host)) return;
    if (!CONFIRMED[kind](url, origin)) return;
    throw usageError(
      `${host} is named by ${origin === 'environment' ? 'the environment' : 'the scenario'} only: ${kind === 'search' ? 'a load that grows or lasts' : 'load on a public server'} needs a confirmation`,
      `add --confirm-target ${host}${origin === 'environment' ? ', or type the URL: --url' : ''}`,
    );
  }
}
