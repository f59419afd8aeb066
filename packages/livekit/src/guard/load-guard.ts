import {
  type Connect,
  endpointsOf,
  NOTHING_READABLE,
  type Plan,
  type ReadPermission,
  type Scenario,
  streamsAt,
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
 * Kind of load on a server. `probe`: one or two participants in their own room; `audit`: a few
 * participants in their own rooms, and attempts that must be refused; `drill`: load and
 * faults, which need their own confirmation; `run`: the load of a scenario; `search`: growing load
 * until users notice, or the same load for hours.
 */
export type LoadKind = 'probe' | 'audit' | 'drill' | 'run' | 'search';

/** Rules by which a host needs a confirmation when the command line does not contain its URL. */
const CONFIRMED: Record<LoadKind, (url: string, origin: UrlOrigin) => boolean> = {
  // Its participants carry tokens: a file of a checkout must not choose the server that gets them.
  probe: (url, origin) => origin === 'folder' && scopeOf(hostOf(url)) === 'public',
  audit: (url) => scopeOf(hostOf(url)) === 'public',
  drill: () => false,
  // The command line names the scenario file, and so its servers.
  run: (url, origin) => origin !== 'scenario' && scopeOf(hostOf(url)) === 'public',
  search: () => true,
};

/** Causes for which each kind of load needs a confirmation. */
const CAUSES: Record<LoadKind, string> = {
  probe: 'participants with your key on a public server need',
  audit: 'attempts to break into a public server need',
  drill: 'faults need',
  run: 'load on a public server needs',
  search: 'a load that grows or lasts needs',
};

/** Source of a URL that is not on the command line; `folder`: `swarm.yaml`. */
type UrlOrigin = 'environment' | 'folder' | 'scenario';

const ORIGINS: Record<UrlOrigin, string> = {
  environment: 'the environment',
  folder: 'swarm.yaml',
  scenario: 'the scenario',
};

export interface LoadGuardOptions {
  rules: HostRules;
  kind: LoadKind;
  /** URL of the server; null: the caller starts one. */
  url: string | null;
  /** Source of this URL where the command line does not contain it. Default: the environment. */
  urlOrigin?: 'environment' | 'folder';
  /** URLs on the command line, which need no confirmation. */
  typed: readonly string[];
  /** Join rooms that have participants already. */
  joinExistingRooms: boolean;
  /** Search on a deployment that others use. */
  withOtherUsers: boolean;
  /** Variables and files of this host that scenario files may read. */
  reads: ReadPermission;
}

/** The part of a planned run that a guard needs. */
export interface PlannedLoad {
  /** Random text that the plan was expanded with: a room whose name has it cannot exist yet. */
  run: string;
  plan: {
    scenario: Pick<Scenario, 'groups'>;
    participants: Pick<Plan['participants'][number], 'room' | 'stream'>[];
  };
}

/**
 * The permission of a command to send load. Every function that sends load takes a guard, so no
 * command can omit the checks before it: host rules, confirmations, rooms and deployments in use. A
 * check without an answer is a refusal.
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
    if (options.url !== null) guard.#check(options.url, guard.#urlOrigin);
    return guard;
  }

  /**
   * Makes the guard for a server that the caller starts; other servers of a scenario are still
   * checked.
   */
  static ofOwnServer(rules: HostRules, kind: LoadKind, reads = NOTHING_READABLE): LoadGuard {
    const options = { rules, kind, url: null, typed: [], reads };
    return new LoadGuard({ ...options, joinExistingRooms: true, withOtherUsers: true });
  }

  get #urlOrigin(): UrlOrigin {
    return this.#options.urlOrigin ?? 'environment';
  }

  /** Variables and files of this host that scenario files may read. */
  get reads(): ReadPermission {
    return this.#options.reads;
  }

  /**
   * Checks every server of a load without connecting.
   * @param url the deployment; null: the caller starts one
   * @throws SwarmError `usage` when one of the servers may not receive load
   */
  assertServers(url: string | null, scenario: Pick<Scenario, 'groups'>): void {
    if (url !== null) this.assertServer(url);
    for (const endpoint of endpointsOf(scenario)) this.assertEndpoint(endpoint);
    for (const stream of streamsAt(scenario)) this.#check(stream.url, 'scenario');
  }

  /** Checks a deployment without connecting. @throws SwarmError `usage` when it may not be used */
  assertServer(url: string): void {
    if (this.#options.url !== null) this.#check(url, this.#urlOrigin);
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
   * Checks the address of ingress or TURN, which the deployment names: it may be on another host. The
   * confirmation of the deployment includes it, the lists of hosts do not.
   * @throws SwarmError `usage` when the rules do not allow this host
   */
  assertAnnounced(url: string): void {
    if (this.#options.url === null && scopeOf(hostOf(url)) !== 'public') return;
    assertHostAllowed(url, this.#options.rules);
  }

  /**
   * Asks the deployment whether a load would affect other participants.
   * @throws SwarmError `usage` when it would, or when the API does not answer
   */
  async admit(deployment: ApiTarget, { run, plan }: PlannedLoad): Promise<void> {
    this.assertServers(deployment.url, plan.scenario);
    // Streams of other servers are in no room of LiveKit.
    const members = plan.participants.filter(({ stream }) => stream === undefined);
    if (members.length === 0) return;
    const rooms = [...new Set(members.map(({ room }) => room))];
    const { joinExistingRooms } = this.#options;
    const fixed = joinExistingRooms ? [] : rooms.filter((room) => !room.includes(run));
    if (fixed.length > 0) {
      await assertRoomsEmpty(deployment, fixed);
      await this.#assertSameServer(deployment, '--join-existing-rooms');
    }
    await this.assertUnused(deployment);
    for (const room of rooms) this.#ownRooms.add(room);
  }

  /**
   * Asks a deployment that is searched for its limit whether others use it.
   * @throws SwarmError `usage`
   */
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
      `${host} is named by ${ORIGINS[origin]} only: ${CAUSES[kind]} a confirmation`,
      `add --confirm-target ${host}${origin === 'scenario' ? '' : ', or type the URL: --url'}`,
    );
  }
}
