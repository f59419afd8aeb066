import { z } from 'zod';
import { fact, type PLAIN } from '../fact.ts';

const count = z.number();

const finding = <
  const Code extends string,
  Values extends z.core.$ZodShape,
  Added extends z.core.$ZodShape,
>(
  code: Code,
  description: string,
  values: Values,
  added: Added,
) =>
  fact(
    code,
    {
      value: z.number(),
      limit: z.number(),
      ...values,
      host: z.string().exactOptional().describe('Host, in a run on several hosts.'),
    },
    added,
  ).describe(description);

/**
 * Findings of the ways in which the load generator can impair its own measurement. `value` and
 * `limit` have the same unit: the finding means that `value` is above `limit` (for `no_samples`:
 * below). Shares are from 0 to 1.
 * @param added fields that a document adds to the values of each finding
 */
export const healthFindings = <Added extends z.core.$ZodShape>(added: Added) =>
  z.discriminatedUnion('code', [
    finding('process_died', 'Worker processes that died.', { processes: count }, added),
    finding(
      'host_lost',
      'A host of several whose participants have no result: its processes died, or it was not heard for seconds. The value is the number of its processes.',
      { why: z.string() },
      added,
    ),
    finding('engine_error', 'Connections that a defect of the media engine ended.', {}, added),
    finding(
      'server_killed',
      'The embedded server was ended from outside, or with its guard: not by a failure of its own.',
      {},
      added,
    ),
    finding(
      'dns_failed',
      'Participants that failed to join or were disconnected because the resolver of this host answered no name lookup.',
      {},
      added,
    ),
    finding(
      'no_route',
      'Participants that failed to join or were disconnected because this host has no route to the deployment, or to the address family of its media.',
      {},
      added,
    ),
    finding(
      'no_socket',
      'Participants that failed to join or were disconnected because this host refused a socket or a connection: descriptors, ports, memory, its firewall.',
      {},
      added,
    ),
    finding(
      'engine_stuck',
      'Threads of the media engine that did not run for two seconds or more, at one time.',
      {},
      added,
    ),
    finding('host_suspended', 'Milliseconds for which the host was suspended.', {}, added),
    finding(
      'clock_stepped',
      'Milliseconds by which the wall clock of the host was set at one time.',
      { stepMs: z.number().describe('Negative: backwards.') },
      added,
    ),
    finding(
      'clock_wrong',
      'Milliseconds between the clock of a host and that of the run, while joins were refused for a token or a certificate.',
      { offsetMs: z.number().describe('Negative: behind.') },
      added,
    ),
    finding(
      'process_paused',
      'The longest time for which a process did not run, milliseconds.',
      {
        shard: z.number().describe('-1: the coordinator.'),
        count: count.describe('Pauses longer than the limit.'),
      },
      added,
    ),
    finding(
      'cpu_starved',
      'Share of samples in which the processes that drive participants, or the embedded server, had work and waited for a core for most of the time.',
      { process: z.enum(['generator', 'server']) },
      added,
    ),
    finding('no_samples', 'Samples in the record although participants joined.', {}, added),
    finding(
      'samples_missing',
      'Share of the time with participants that no sample of a process covers: samples were lost on their way into the record.',
      { shard: z.number() },
      added,
    ),
    finding(
      'socket_drops',
      'Share of datagrams that full receive buffers of the load generator dropped.',
      { count },
      added,
    ),
    finding(
      'late_sends',
      'Share of packets that were sent more than 20 ms late.',
      { count },
      added,
    ),
    finding(
      'send_errors',
      'Share of packets that the kernel of the load generator refused for a reason on this host; a server that is gone is not one.',
      { count },
      added,
    ),
    finding(
      'tick_lateness',
      'Share of samples in which a pump thread woke more than lateMs late.',
      { lateMs: z.number(), maxMs: z.number() },
      added,
    ),
    finding(
      'event_loop_lag',
      'Share of samples in which an event loop lagged more than lagMs.',
      { lagMs: z.number() },
      added,
    ),
    finding('late_joins', 'Share of joins that started more than a second late.', { count }, added),
    finding(
      'host_saturated',
      'Share of samples in which more than busy of all cores of the host were in use.',
      { busy: z.number().describe('From 0 to 1.') },
      added,
    ),
  ]);

/** Finding of one way in which the load generator impaired its own measurement. */
export type HealthFinding = z.infer<ReturnType<typeof healthFindings<typeof PLAIN>>>;

export type HealthCode = HealthFinding['code'];
