import { LOG_LEVELS, SERVER_SOURCES } from '@livekit-swarm/record';
import { z } from 'zod';

const known = (description: string) =>
  z.number().nullable().describe(`${description} Null: not measured.`);

const level = z
  .object({ avg: z.number(), max: z.number() })
  .nullable()
  .describe('Level in the steady state; in the whole run if it has none. Null: not measured.');

const rates = {
  bitsUp: known('Media received by the server, bit/s.'),
  bitsDown: known('Media sent by the server, bit/s.'),
  packetsUp: known('Media packets received per second.'),
  packetsDown: known('Media packets sent per second.'),
  drops: known('Packets that network interfaces dropped.'),
};

const levels = {
  cpuCores: level,
  memoryBytes: level,
  goroutines: level,
  rooms: level,
  participants: level,
  tracks: level,
  subscriptions: level,
};

const source = z.enum(SERVER_SOURCES);

const host = z
  .object({
    cpuCores: level.describe('CPU cores that all programs of the host used. Null: not measured.'),
    cores: known('Cores of the host.'),
    steal: level.describe(
      'CPU time that the hypervisor gave to other guests, 0 … 1. Null: not measured.',
    ),
    memoryUsed: level.describe('Memory in use, of its limit, 0 … 1. Null: not measured.'),
    memoryLimitBytes: known('Limit of the control group, or memory of the host.'),
    conntrack: level.describe(
      'Entries of the table of tracked connections, of as many as it takes. Null: not measured.',
    ),
    conntrackDrops: known('Packets dropped as the table took no more.'),
    allowanceExceeded: known('Packets that the cloud provider queued or dropped.'),
    allowancesExceeded: z
      .array(z.string())
      .describe('Allowances that were exceeded: bw_in, bw_out, pps, conntrack.'),
  })
  .meta({ id: 'HostOfNode', description: 'The host of a node, and what it lets the node have.' });

const node = z.object({
  node: z.string(),
  id: z.string().nullable().describe('Node ID of the server.'),
  sources: z.array(source),
  ofHost: z.boolean().describe('CPU and memory are those of the host or container.'),
  ...levels,
  ...rates,
  host: host.exactOptional().describe('Absent: not measured.'),
});

const missing = z.object({
  atMs: z.number().describe('Time of the first failure, after the start of the run.'),
  times: z.number(),
  source: source.nullable(),
  where: z.string().nullable(),
  reason: z.string(),
  message: z.string(),
});

const change = z
  .object({ before: z.number(), after: z.number() })
  .nullable()
  .describe('Sum over all nodes. Null: not measured.');

const after = z
  .object({
    settledMs: z.number().describe('Time after the last participant had left.'),
    rooms: known('Rooms of the run that the server still listed.'),
    participants: known('Participants in those rooms.'),
    tracks: change,
    goroutines: change,
    memoryBytes: change,
  })
  .nullable()
  .describe('State of the server after the run. Null: it was not requested.');

const logGroup = z.object({
  level: z.enum(LOG_LEVELS),
  message: z.string(),
  error: z.string().nullable().describe('Error of the first entry. Null: it has none.'),
  caller: z.string().nullable().describe('Place in the source of the server.'),
  count: z.number(),
  firstMs: z.number().describe('Second of the first entry, after the start of the run.'),
  lastMs: z.number(),
  seconds: z
    .array(z.tuple([z.number(), z.number()]))
    .describe('Seconds of the run that have entries, with the number of them.'),
});

const log = z.object({
  node: z.string(),
  file: z.string().describe('Name of the file, without its folder.'),
  failure: z
    .string()
    .nullable()
    .describe('Reason why it could not be read, or not all of it. Null: it was.'),
  entries: z.number().describe('Entries of all levels during the run.'),
  groups: z.array(logGroup).describe('Warnings and errors by message, errors first.'),
  omitted: z.number().describe('Warnings and errors beyond these groups.'),
});

/** CPU profile of a node, in the documents of runs and of capacity. */
export const serverProfile = z
  .object({
    node: z.string(),
    failure: z.string().nullable().describe('Reason why there is no profile. Null: there is one.'),
    file: z
      .string()
      .nullable()
      .describe('Name of the profile in the folder of the run, for `go tool pprof`. Null: none.'),
    fromMs: z.number().describe('When it began, after the start of the run.'),
    durationMs: z.number(),
    cpuCores: known('CPU cores that the samples show.'),
    cpuMs: z.number().describe('CPU time of all samples.'),
    functions: z
      .array(
        z.object({
          name: z.string(),
          selfMs: z.number().describe('CPU time of the function itself.'),
          totalMs: z.number().describe('CPU time of the function and of all that it calls.'),
        }),
      )
      .describe('Functions with most CPU time of their own, the first with most.'),
    names: z.array(z.string()).describe('Names of the functions in `frames`.'),
    frames: z
      .array(z.tuple([z.number(), z.number(), z.number()]))
      .describe(
        'Tree of calls: index of the name, of the calling frame (−1: none), and CPU time with all that it calls, ms.',
      ),
  })
  .meta({ id: 'ServerProfile', description: 'CPU profile of a node while a limit was crossed.' });

/** Figures of the deployment under test, as far as they could be measured. */
export const serverSummary = z
  .object({
    nodes: z.array(node),
    total: z
      .object({ ...levels, ...rates })
      .nullable()
      .describe('Sums over all nodes.'),
    missing: z.array(missing).describe('Measurements that failed, with their reasons.'),
    after,
    logs: z.array(log).describe('Warnings and errors in the logs of nodes that could be read.'),
    profiles: z
      .array(serverProfile)
      .exactOptional()
      .describe('CPU profiles of nodes. Absent: none was requested, or no limit was crossed.'),
  })
  .meta({ id: 'Server', description: 'The nodes of the deployment during the run.' });

export type ServerSummary = z.infer<typeof serverSummary>;
export type ServerNodeSummary = z.infer<typeof node>;
export type HostOfNode = z.infer<typeof host>;
export type ServerTotals = NonNullable<ServerSummary['total']>;
export type ServerLog = z.infer<typeof log>;
export type ServerProfile = z.infer<typeof serverProfile>;
export type ServerMissing = z.infer<typeof missing>;
