/** The file of `swarm regions`: regions, the distances between them, and what must hold. */
import { isIPv4 } from 'node:net';
import {
  duration,
  hinted,
  invalidFile,
  type JsonSchema,
  name,
  type Problem,
  quote,
  readSettings,
  settingsJsonSchema,
  share,
  strict,
  suggest,
  whole,
  word,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { isInNetwork, networkOf } from './networks.ts';

/** Largest number of regions, and of nodes in one: a lab has one host for all of them. */
const MOST_REGIONS = 6;
const MOST_NODES = 4;
/** Longest round-trip time, ms: twice that of a geostationary satellite. */
const MOST_RTT_MS = 2_000;

const network = () =>
  z
    .string({ error: hinted('must be a network', 'write 10.1.0.0/24') })
    .refine((text) => networkOf(text) !== null, {
      error: (issue) =>
        hinted(`${quote(issue.input)} is not an IPv4 network`, 'write 10.1.0.0/24')(issue),
    });

const address = () =>
  z.string({ error: hinted('must be an address', 'write 10.1.0.3') }).refine(isIPv4, {
    error: (issue) =>
      hinted(`${quote(issue.input)} is not an IPv4 address`, 'write 10.1.0.3')(issue),
  });

const degrees = (limit: number, what: string) => {
  const error = `${what} must be a number from -${limit} to ${limit}`;
  return z.number({ error }).min(-limit, { error }).max(limit, { error });
};

const node = () =>
  strict({
    address: address()
      .optional()
      .describe('Address that it listens at and announces. Default: the next one of `servers`.'),
    region: name('a region')
      .optional()
      .describe('Its own `region` in livekit.yaml. Default: the region in which it stands.'),
  });

const region = () =>
  strict({
    at: z
      .tuple([degrees(90, 'the latitude'), degrees(180, 'the longitude')], {
        error: hinted('must be latitude and longitude', 'write [50.1, 8.7]'),
      })
      .describe('Latitude and longitude, as the node selector of LiveKit gets them.'),
    servers: network().describe('Private network of its servers.'),
    nodes: z
      .union([whole(0, MOST_NODES), z.array(node()).max(MOST_NODES)], {
        error: hinted(
          `must be a number up to ${MOST_NODES}, or a list of nodes`,
          'write 1, or [{ address: 10.1.0.3 }]',
        ),
      })
      .default(1)
      .describe('Its nodes: their number, or a list with what is unusual about each.'),
    entry: name('a region')
      .optional()
      .describe(
        'Region to which its users are sent. Default: the nearest one that has nodes, by `rtt`.',
      ),
    allowed: z
      .array(network(), { error: hinted('must be a list of networks', 'write [10.1.0.0/24]') })
      .min(1, { error: hinted('must not be empty', 'leave it out if every address is allowed') })
      .optional()
      .describe('Networks that media of the rooms of its users may use. Default: every address.'),
  });

const matrix = <Value extends z.ZodType>(value: Value, example: string) =>
  z.record(
    z.string(),
    z.record(z.string(), value, { error: hinted('must be a mapping', example) }),
    {
      error: hinted('must be a mapping of regions', example),
    },
  );

const rtt = () => {
  const error = hinted(
    `must be a round-trip time in ms, from 0 to ${MOST_RTT_MS}`,
    'write a number without a unit: 90',
  );
  return z.number({ error }).min(0, { error }).max(MOST_RTT_MS, { error });
};

export const regionFileSchema = () =>
  strict({
    regions: z
      .record(name('a region'), region(), {
        error: hinted('must be a mapping of regions', 'begin with regions: { eu: { at: … } }'),
      })
      .describe('Regions by their names.'),
    rtt: matrix(rtt(), 'write { eu: { eu: 5, us: 90 }, us: { eu: 90, us: 5 } }').describe(
      'Round-trip times in ms from each region to each, itself included. The same in both directions.',
    ),
    loss: matrix(share(), 'write { eu: { us: 0.1% } }')
      .optional()
      .describe(
        'Share of lost packets from a region to another, in each direction. Default: none.',
      ),
    redis: z
      .string({ error: hinted('must be a region, or separate', 'write redis: eu') })
      .describe(
        'Region of the one Redis of all nodes; `separate`: each region is a cluster with its own.',
      ),
    selector: strict({
      kind: word(['regionaware', 'any'], 'node selector').default('regionaware'),
      sortBy: word(['random', 'rooms', 'tracks', 'clients', 'cpuload', 'sysload'], 'order').default(
        'random',
      ),
    })
      .prefault({})
      .describe('The `node_selector` of every node.'),
    lose: name('a region').optional().describe('Region whose servers are lost. Default: none.'),
    limits: strict({
      latency: duration(1).optional().describe('Longest latency between two users (median).'),
      join: duration(1).optional().describe('Longest join.'),
      recovery: duration(1).default(90_000).describe('Longest time until a user has reconnected.'),
    })
      .prefault({})
      .describe('What must hold, besides the nearest region and the allowed networks.'),
  });

/** A node as the lab starts it. */
export interface PlannedNode {
  address: string;
  region: string;
}

export interface PlannedRegion {
  name: string;
  latitude: number;
  longitude: number;
  nodes: readonly PlannedNode[];
  /** Address of its Redis; null: it has none. */
  redis: string | null;
  /** Region to which its users are sent. */
  entry: string;
  /** Null: every address is allowed. */
  allowed: readonly string[] | null;
}

/** Contents of the file, with every default filled in. */
export interface RegionPlan {
  regions: readonly PlannedRegion[];
  /** Round-trip times by the positions of the regions, ms. */
  rttMs: readonly (readonly number[])[];
  loss: readonly (readonly number[])[];
  /** Region of the one Redis; null: each region has its own. */
  sharedRedis: string | null;
  selector: { kind: 'regionaware' | 'any'; sortBy: string };
  lose: string | null;
  limits: { latencyMs: number | null; joinMs: number | null; recoveryMs: number };
}

type File = z.output<ReturnType<typeof regionFileSchema>>;

/** @throws SwarmError `invalid_file` with all problems */
export const parseRegionFile = (text: string, file: string): RegionPlan => {
  const { value, problem } = readSettings(text, regionFileSchema(), {
    file,
    noun: 'file of regions',
    begin: 'begin with regions: { eu: { at: [50.1, 8.7], servers: 10.1.0.0/24 } }',
  });
  const problems = [...contradictions(value, problem)];
  if (problems.length > 0) throw invalidFile(problems);
  return planOf(value);
};

type MakeProblem = (path: string[], message: string, hint?: string | null) => Problem;

function* contradictions(value: File, problem: MakeProblem): Generator<Problem> {
  const names = Object.keys(value.regions);
  const isKnown = (one: string): boolean => names.includes(one);
  const unknown = (path: string[], one: string): Problem =>
    problem(path, `there is no region ${quote(one)}`, suggest(one, names, 'available:'));
  if (names.length < 2 || names.length > MOST_REGIONS)
    yield problem(['regions'], `must be 2 to ${MOST_REGIONS} regions, not ${names.length}`);
  yield* matrixProblems(value.rtt, 'rtt', names, problem, unknown);
  for (const [from, row] of Object.entries(value.loss ?? {}))
    for (const to of [from, ...Object.keys(row)])
      if (!isKnown(to)) yield unknown(['loss', from], to);
  if (value.redis !== 'separate' && !isKnown(value.redis))
    yield problem(
      ['redis'],
      `there is no region ${quote(value.redis)}`,
      `write separate, or one of ${names.join(', ')}`,
    );
  if (value.lose !== undefined && !isKnown(value.lose)) yield unknown(['lose'], value.lose);
  yield* addressProblems(value, problem);
  const withNodes = names.filter((one) => nodesOf(value, one).length > 0);
  if (withNodes.length === 0) yield problem(['regions'], 'no region has a node');
  for (const [one, { entry, nodes }] of Object.entries(value.regions)) {
    const path = ['regions', one];
    if (entry !== undefined && !isKnown(entry)) yield unknown([...path, 'entry'], entry);
    else if (entry !== undefined && !withNodes.includes(entry))
      yield problem(
        [...path, 'entry'],
        `${entry} has no nodes that its users could join`,
        `write one of ${withNodes.join(', ')}`,
      );
    if (typeof nodes === 'number') continue;
    for (const node of nodes)
      if (node.region !== undefined && !isKnown(node.region))
        yield unknown([...path, 'nodes'], node.region);
  }
}

function* matrixProblems(
  rtt: File['rtt'],
  key: string,
  names: readonly string[],
  problem: MakeProblem,
  unknown: (path: string[], one: string) => Problem,
): Generator<Problem> {
  for (const [from, row] of Object.entries(rtt)) {
    if (!names.includes(from)) yield unknown([key], from);
    for (const to of Object.keys(row)) if (!names.includes(to)) yield unknown([key, from], to);
  }
  for (const [position, from] of names.entries()) {
    const missing = names.filter((to) => rtt[from]?.[to] === undefined);
    if (missing.length > 0)
      yield problem(
        rtt[from] === undefined ? [key] : [key, from],
        `the round-trip time from ${from} to ${missing.join(', ')} is missing`,
        `write ${from}: { ${missing.map((to) => `${to}: ${to === from ? 5 : 90}`).join(', ')} }`,
      );
    for (const to of names.slice(position + 1)) {
      const [there, back] = [rtt[from]?.[to], rtt[to]?.[from]];
      if (there === undefined || back === undefined || there === back) continue;
      yield problem(
        [key, to, from],
        `is ${back} ms from ${to} to ${from}, but ${there} ms from ${from} to ${to}`,
        'a round trip takes as long from either end: write the same number twice',
      );
    }
  }
}

/** Private networks (RFC 1918): nothing but the lab may have the addresses of its servers. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

function* addressProblems(value: File, problem: MakeProblem): Generator<Problem> {
  const owners = new Map<string, string>();
  for (const [one, { servers }] of Object.entries(value.regions)) {
    const path = ['regions', one];
    const addresses = addressesIn(servers);
    if (!PRIVATE.some((range) => isInNetwork(servers.split('/')[0] ?? '', range)))
      yield problem(
        [...path, 'servers'],
        `${servers} is not private`,
        `servers of the lab have addresses of ${PRIVATE.join(', ')}`,
      );
    else if (addresses.length < MOST_NODES + 1)
      yield problem(
        [...path, 'servers'],
        `${servers} is too small`,
        'write a network of /29 or larger',
      );
    const own = nodesOf(value, one).map(({ address: at }) => at);
    for (const at of [...own, addresses[0] ?? '']) {
      const owner = owners.get(at);
      if (owner !== undefined)
        yield problem(path, `the address ${at} is also that of a server of ${owner}`);
      if (!PRIVATE.some((range) => isInNetwork(at, range)))
        yield problem(
          [...path, 'nodes'],
          `the address ${at} is not private`,
          `servers of the lab have addresses of ${PRIVATE.join(', ')}`,
        );
      owners.set(at, one);
    }
  }
}

/** First usable addresses of a network: one for Redis, then those of nodes. */
const addressesIn = (text: string): string[] => {
  const found = networkOf(text);
  if (found === null) return [];
  const usable = Math.max(0, 2 ** (32 - found.prefix) - 2);
  return Array.from({ length: Math.min(usable, MOST_NODES + 1) }, (_, index) =>
    textOfAddress(found.first + 1 + index),
  );
};

const textOfAddress = (number: number): string =>
  [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.');

const nodesOf = ({ regions }: File, one: string): PlannedNode[] => {
  const { nodes = 0, servers = '' } = regions[one] ?? {};
  const [, ...free] = addressesIn(servers);
  const listed = typeof nodes === 'number' ? Array.from({ length: nodes }, () => ({})) : nodes;
  return listed.map(
    (node: { address?: string | undefined; region?: string | undefined }, index) => ({
      address: node.address ?? free[index] ?? '',
      region: node.region ?? one,
    }),
  );
};

const planOf = (value: File): RegionPlan => {
  const names = Object.keys(value.regions);
  const { latency = null, join = null, recovery } = value.limits;
  const withNodes = names.filter((one) => nodesOf(value, one).length > 0);
  const rttOf = (from: string, to: string): number => value.rtt[from]?.[to] ?? 0;
  const nearestTo = (one: string): string =>
    withNodes.toSorted((a, b) => rttOf(one, a) - rttOf(one, b))[0] ?? one;
  return {
    regions: Object.entries(value.regions).map(([one, { at, servers, entry, allowed }]) => ({
      name: one,
      latitude: at[0],
      longitude: at[1],
      nodes: nodesOf(value, one),
      redis:
        value.redis === one || (value.redis === 'separate' && withNodes.includes(one))
          ? (addressesIn(servers)[0] ?? null)
          : null,
      entry: entry ?? nearestTo(one),
      allowed: allowed ?? null,
    })),
    rttMs: names.map((from) => names.map((to) => rttOf(from, to))),
    loss: names.map((from) =>
      names.map((to) => value.loss?.[from]?.[to] ?? value.loss?.[to]?.[from] ?? 0),
    ),
    sharedRedis: value.redis === 'separate' ? null : value.redis,
    selector: value.selector,
    lose: value.lose ?? null,
    limits: { latencyMs: latency, joinMs: join, recoveryMs: recovery },
  };
};

/** JSON Schema (draft 7) of the file, for editors. */
export const regionFileJsonSchema = (): JsonSchema =>
  settingsJsonSchema(
    regionFileSchema(),
    'Regions of swarm regions',
    'ready/schema/regions.schema.json',
  );
