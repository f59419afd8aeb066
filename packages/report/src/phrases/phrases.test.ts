import type { HealthFinding, Reason, RunNote } from '@livekit-swarm/analysis';
import type {
  Comparison,
  ComparisonNote,
  ComparisonReason,
  Exclusion,
} from '@livekit-swarm/analysis/compare';
import { failedReport, inconclusiveReport, passedReport } from '@livekit-swarm/testkit/reports';
import { describe, expect, it } from 'vitest';
import {
  comparisonNoteText,
  comparisonReasonText,
  exclusionText,
  furtherReasons,
} from './comparison.ts';
import { adviceContextOf, healthAdvice, healthText, NO_CONTEXT } from './limits.ts';
import { eventText, noteText } from './run-event.ts';
import { serverName } from './server.ts';
import { reasonText, reasonTexts } from './verdict-reason.ts';

const CROSSING = {
  threshold: 'packet_loss@peak: rate<0.01 abortOnFail',
  metric: 'packet_loss@peak',
  value: 0.0206,
};
const DATA_QUEUED = {
  code: 'data_queued',
  group: 'sessions',
  role: 'operator',
  messages: 97,
  refused: 0,
  waitMs: 60,
} satisfies RunNote;
const LATE: HealthFinding = { code: 'late_sends', value: 0.0414, limit: 0.01, count: 1_200 };

describe('health findings', () => {
  it.each<[HealthFinding, string]>([
    [
      { code: 'process_died', value: 1, limit: 0, processes: 2 },
      '1 of 2 processes died; their participants have no result. See their logs.',
    ],
    [
      { code: 'engine_error', value: 1, limit: 0 },
      '1 connection ended with an internal error of the load generator; the logs of the processes have the cause.',
    ],
    [
      { code: 'engine_stuck', value: 2, limit: 0 },
      '2 threads of the media engine did not run for two seconds or more; the figures of their participants are incomplete.',
    ],
    [
      { code: 'host_suspended', value: 61_000, limit: 250 },
      'This host was suspended for 61 s; the server continued without its participants.',
    ],
    [
      { code: 'process_paused', value: 5_012, limit: 2_000, shard: 1, count: 1 },
      'Process 1 did not run for 5,012 ms; servers disconnect participants that do not answer.',
    ],
    [
      { code: 'process_paused', value: 30_000, limit: 2_000, shard: -1, count: 1 },
      'The coordinator did not run for 30 s; servers disconnect participants that do not answer.',
    ],
    [
      { code: 'clock_stepped', value: 30_000, limit: 250, stepMs: -30_000 },
      'The wall clock of this host was set 30 s back; tokens, and a server on this host, depend on it.',
    ],
    [
      { code: 'cpu_starved', value: 0.8, limit: 0.5, process: 'server' },
      'The embedded server had work and waited for a core most of the time in 80 % of samples: other processes used the CPU.',
    ],
    [
      { code: 'no_samples', value: 0, limit: 1 },
      'The record contains no samples; media was not measured.',
    ],
    [
      { code: 'socket_drops', value: 0.005, limit: 0.0001, count: 4_340 },
      "4,340 datagrams (0.5 %) were dropped because the generator's receive buffers were full; this loss is not the server's.",
    ],
    [
      LATE,
      '4.1 % of packets were sent more than 20 ms late; measured jitter and latency include generator delay.',
    ],
    [
      { code: 'send_errors', value: 0.0099, limit: 0.001, count: 20 },
      "0.99 % of packets were refused by the generator's kernel; measured uplink loss includes them.",
    ],
    [
      { code: 'tick_lateness', value: 1, limit: 0.05, lateMs: 250, maxMs: 400 },
      'Pump threads were more than 250 ms late in 100 % of samples (max 400 ms): CPU starvation.',
    ],
    [
      { code: 'event_loop_lag', value: 0.5, limit: 0.1, lagMs: 500 },
      'Event loop lag exceeded 500 ms in 50 % of samples; measured join times include generator delay.',
    ],
    [
      { code: 'late_joins', value: 0.25, limit: 0.05, count: 5 },
      '25 % of joins started more than one second late; the generator could not sustain the join rate.',
    ],
    [
      { code: 'host_saturated', value: 0.6, limit: 0.5, busy: 0.98 },
      'All cores of this host were busy (above 98 %) in 60 % of samples, including a server on the same host.',
    ],
  ])('%j', (finding, text) => {
    expect(healthText(finding)).toBe(text);
  });

  it('advise a flag only where flags described the load', () => {
    const lag: HealthFinding = { code: 'event_loop_lag', value: 0.5, limit: 0.1, lagMs: 500 };
    expect(healthAdvice(lag, { ...NO_CONTEXT, origin: 'flags' })).toContain('--join-rate');
    expect(healthAdvice(lag, NO_CONTEXT)).toContain('joinRate of the scenario');
    expect(healthAdvice(lag, NO_CONTEXT)).not.toContain('--');
  });
});

describe('advice about a busy host', () => {
  const late: HealthFinding = { code: 'late_sends', value: 0.04, limit: 0.01, count: 1_200 };
  const lag: HealthFinding = { code: 'event_loop_lag', value: 0.5, limit: 0.1, lagMs: 500 };
  const byOthers = {
    ...{ code: 'host_busy' as const, otherCores: 1.83, cores: 2 },
    programs: ['cc1plus', 'node', 'rustc'],
  };

  it('names the programs that use it, not the load', () => {
    for (const finding of [late, lag]) {
      const advice = healthAdvice(finding, { ...NO_CONTEXT, busyHost: byOthers });
      expect(advice).toContain('other programs used 1.8 of 2 cores: cc1plus, node, rustc');
      expect(advice).not.toMatch(/participants|joinRate/);
    }
  });

  it('does not ask for a smaller load of a generator that used little', () => {
    for (const finding of [late, lag])
      expect(healthAdvice(finding, { ...NO_CONTEXT, usedLittle: true })).not.toMatch(
        /participants|joinRate/,
      );
    expect(healthAdvice(late, NO_CONTEXT)).toContain('Reduce participants');
  });

  it('names the server that the run started, where that used the CPU', () => {
    const ownServer = { usedCores: 1.44, cores: 2 };
    for (const finding of [late, lag]) {
      const advice = healthAdvice(finding, { ...NO_CONTEXT, usedLittle: true, ownServer });
      expect(advice).toBe(
        'Use fewer rooms, or a server on another host (--url): the server of this run used 1.4 of 2 cores.',
      );
    }
    expect(healthAdvice(late, { ...NO_CONTEXT, busyHost: byOthers, ownServer })).toContain('rustc');
    // The server of a run on several hosts is on none of them.
    expect(healthAdvice({ ...late, host: 'load-2' }, { ...NO_CONTEXT, ownServer })).toContain(
      'Reduce participants',
    );
    const unknown = { ...NO_CONTEXT, usedLittle: true, ownServer: 'unknown' } as const;
    expect(healthAdvice(late, unknown)).toMatch(/^Use fewer rooms.*end what else uses the CPU\.$/);
  });

  it('finds the server of the run among the figures of the deployment', () => {
    const { summary } = passedReport();
    const found = (embedded: boolean, avg: number | null) =>
      adviceContextOf({
        ...summary,
        environment: { cores: 2 },
        deployment: { url: 'ws://127.0.0.1:7880', embedded, serverVersion: null, nodes: [] },
        server: { total: { cpuCores: avg === null ? null : { avg, max: avg } } },
      }).ownServer;
    expect(found(true, 1.44)).toEqual({ usedCores: 1.44, cores: 2 });
    expect(found(true, 0.4)).toBeNull();
    expect(found(true, null)).toBe('unknown');
    // A server that runs elsewhere does not use the CPU of this host.
    expect(found(false, 1.44)).toBeNull();
  });

  it('is a note also where no program can be seen', () => {
    expect(noteText(byOthers)).toBe('Other programs used 1.8 of 2 cores: cc1plus, node, rustc.');
    expect(noteText({ ...byOthers, programs: [] })).toBe('Other programs used 1.8 of 2 cores.');
  });
});

it('names configuration and limit of a server that was started with them', () => {
  const deployment = { url: 'ws://127.0.0.1:7880', embedded: true, serverVersion: '1.13.4' };
  const nameOf = (server: {
    program: string | null;
    configFiles: string[];
    cpuCores: number | null;
  }) => serverName({ deployment: { ...deployment, nodes: [], server } });
  expect(nameOf({ program: null, configFiles: ['small.yaml'], cpuCores: 0.5 })).toBe(
    'embedded livekit-server 1.13.4+small.yaml, limited to 0.5 cores',
  );
  expect(nameOf({ program: null, configFiles: [], cpuCores: 1 })).toBe(
    'embedded livekit-server 1.13.4, limited to 1 core',
  );
  expect(nameOf({ program: './livekit-server', configFiles: [], cpuCores: null })).toBe(
    'embedded livekit-server 1.13.4, program ./livekit-server',
  );
});

describe('reasons of a verdict', () => {
  const [crossed] = failedReport().decision.reasons;
  const failure = { reason: 'ice_timeout', count: 18, message: null, hint: null };

  it.each<[Reason, string]>([
    [
      {
        code: 'deployment_unreachable',
        failed: 20,
        failure: { reason: 'tls', count: 20, message: 'certificate has expired', hint: 'renew it' },
      },
      'No participant joined: the deployment was unreachable or rejected all 20 joins (certificate has expired): renew it.',
    ],
    [
      { code: 'no_participant_joined', failed: 20, failure },
      'No participant joined: 18 of 20 joins failed (ice_timeout).',
    ],
    [
      {
        code: 'no_participant_joined',
        failed: 4,
        failure: {
          reason: 'turn_quota',
          count: 4,
          message: 'TURN server 192.0.2.7:3478 (turn-udp): has no allocation left',
          hint: 'check user-quota',
        },
      },
      'No participant joined: 4 of 4 joins failed (turn_quota: TURN server 192.0.2.7:3478 (turn-udp): has no allocation left): check user-quota.',
    ],
    [
      {
        code: 'impaired_at_times',
        ms: 6_000,
        totalMs: 61_500,
        codes: ['tick_lateness', 'cpu_starved'],
      },
      'The load generator was impaired for 6.0 s of 61.5 s (tick_lateness, cpu_starved); without that time, no threshold is known to be crossed.',
    ],
    [
      { code: 'server_died', at: 30_040 },
      'The server died 30.0 s into the run. See its log next to the record.',
    ],
    [
      {
        code: 'joins_rejected',
        rejected: 4,
        attempted: 9,
        byReason: [
          { reason: 'server_full', count: 3 },
          { reason: 'room_full', count: 1 },
        ],
      },
      'The server rejected 4 of 9 joins (3 server_full, 1 room_full).',
    ],
    [
      { code: 'run_aborted', threshold: { ...CROSSING, at: 12_150 } },
      'packet_loss@peak: rate was 2.06 %, limit < 1 %; this ended the run after 12.2 s.',
    ],
    [
      { code: 'generator_impaired', finding: LATE },
      '4.1 % of packets were sent more than 20 ms late; measured jitter and latency include generator delay. Reduce participants, add cores, or use a second host.',
    ],
    [{ code: 'no_thresholds' }, 'No thresholds were defined.'],
    [
      { code: 'participants_unaccounted', unaccounted: 1, planned: 20 },
      '1 of 20 participants have no result in the record.',
    ],
    [{ code: 'record_truncated' }, 'The record is truncated: the end of the run is missing.'],
    [
      { code: 'run_cut_short', cause: 'interrupted', at: 30_000, plannedMs: 30_400 },
      'The run ended early (interrupted) after 30.0 s of 30.4 s.',
    ],
  ])('%j', (reason, text) => {
    expect(reasonText(reason, NO_CONTEXT)).toBe(text);
  });

  it('mark a crossing that the generator may have caused', () => {
    if (crossed?.code !== 'threshold_crossed') throw new Error('no threshold was crossed');
    expect(reasonText(crossed, NO_CONTEXT)).toBe('join_failures: rate was 5 %, limit < 1 %.');
    expect(reasonText({ ...crossed, mayBeCausedByGenerator: true }, NO_CONTEXT)).toBe(
      'join_failures: rate was 5 %, limit < 1 % (may be caused by the load generator).',
    );
  });

  it.each([
    [0.010_04, '1.004 %'],
    [0.009_96, '0.996 %'],
    [0.010_000_2, '1.00002 %'],
    [0.01, '1 %'],
  ])('show a share of %d with the digits that distinguish it from its limit', (value, text) => {
    if (crossed?.code !== 'threshold_crossed') throw new Error('no threshold was crossed');
    expect(reasonText({ ...crossed, result: { ...crossed.result, value } }, NO_CONTEXT)).toBe(
      `join_failures: rate was ${text}, limit < 1 %.`,
    );
  });

  it('state why a threshold was not measured', () => {
    expect(reasonTexts(inconclusiveReport())).toContain(
      'reconnect_time: p(95)<5000 was not measured: the run has no values.',
    );
  });
});

describe('events and notes', () => {
  it.each<[RunNote, string]>([
    [
      { code: 'process_died', at: 9_500, shard: 1, detail: 'SIGKILL' },
      '9.5 s: process 1 died (SIGKILL)',
    ],
    [{ code: 'server_died', at: 2_000, detail: null, reason: null }, '2.0 s: server died'],
    [{ code: 'interrupted', at: 25_000 }, '25.0 s: interrupted'],
    [
      { code: 'threshold_crossed', at: 12_150, crossing: CROSSING },
      '12.2 s: threshold crossed: packet_loss@peak: rate was 2.06 %, limit < 1 %',
    ],
    [
      { code: 'threshold_doubted', at: 1_000, crossing: CROSSING, findings: ['late_sends'] },
      '1.0 s: threshold crossed: packet_loss@peak: rate was 2.06 %, limit < 1 %; the run continues, as this may be caused by the load generator (late_sends)',
    ],
    [
      { code: 'warning', at: 0, reason: 'engine_error', detail: null },
      '0.0 s: warning: engine_error',
    ],
    [
      { code: 'last_line_truncated', line: 12 },
      'The last line of the record (12) is truncated; it was ignored.',
    ],
    [
      { code: 'loss_tolerated', lost: 3, planned: 300, tolerated: 3 },
      '3 of 300 participants (1 %) were lost with their processes; up to 3 are tolerated (--tolerate-lost), so their loss does not count.',
    ],
    [
      { code: 'agent_lost', agent: 'helper', state: 'no_job', callers: 20, room: 'calls-1' },
      '20 callers had no agent helper in time (the first in calls-1): it was dispatched, and no worker took the job: no worker of this name is registered, as none runs or its key is wrong, or all are full; the server reports none of it, so see the logs of the workers, and "swarm agents status --worker".',
    ],
    [
      { code: 'agent_lost', agent: '', state: 'unknown', callers: 1, room: 'calls-1' },
      '1 caller had no voice agent in time (the first in calls-1): the state of its job is not known, because the API did not report it.',
    ],
    [
      {
        code: 'agent_finding',
        finding: 'agent_never_silent',
        agent: 'helper',
        callers: 2,
        room: 'calls-1',
      },
      '2 callers of the agent helper (the first in calls-1): it spoke without a pause, so that it cannot be talked to: check its turn detection.',
    ],
    [
      { code: 'publish_rejected', rejected: 2, total: 6 },
      'The server rejected 2 of 6 tracks: their participants are not allowed to publish them.',
    ],
    [
      DATA_QUEUED,
      'Participants of operator (sessions) sent data faster than their connections took it: messages waited about 60 ms in the send buffer, which is part of their latency. Send fewer or smaller messages, or look for what slows the connection.',
    ],
    [
      { ...DATA_QUEUED, waitMs: 0, refused: 3 },
      'Participants of operator (sessions) sent data faster than their connections took it: 3 of 100 found no room in the send buffer and were dropped. Send fewer or smaller messages, or look for what slows the connection.',
    ],
    [
      {
        code: 'metrics_not_pushed',
        output: 'prometheus-rw',
        url: 'http://prometheus:9090/api/v1/write',
        delivered: 10,
        rejected: 2,
        lost: 1,
        detail: 'HTTP 400 out of bounds',
      },
      '3 of 13 pushes of metrics to prometheus-rw (http://prometheus:9090/api/v1/write) failed: 2 rejected, 1 lost (HTTP 400 out of bounds).',
    ],
    [
      {
        code: 'spans_not_pushed',
        output: 'otlp-traces',
        url: 'http://jaeger:4318/v1/traces',
        delivered: 2_000,
        rejected: 0,
        lost: 512,
        detail: null,
      },
      '512 of 2,512 spans of joins to otlp-traces (http://jaeger:4318/v1/traces) failed: 0 rejected, 512 lost.',
    ],
  ])('%j', (note, text) => {
    expect(noteText(note)).toBe(text);
  });

  it('name the components of a fault, of many the first', () => {
    const injected = (components: string[]) =>
      eventText({ event: { code: 'fault_injected', fault: 'kill', components } });
    expect(injected(['node-2'])).toBe('fault injected: kill on node-2');
    expect(injected([])).toBe('fault injected: kill on no component');
    expect(injected(['a', 'b', 'c', 'd', 'e', 'f'])).toBe(
      'fault injected: kill on a, b, c, d, e, …',
    );
    expect(eventText({ event: { code: 'fault_rolled_back', fault: 'kill' } })).toBe(
      'fault rolled back: kill',
    );
  });
});

describe('facts of a comparison', () => {
  const impaired: Exclusion = { code: 'generator_impaired', finding: LATE };

  it.each<[ComparisonReason, string]>([
    [
      { code: 'run_failed', run: 'b/1', failure: { code: 'server_died' } },
      'b/1 failed, and no base run did: the server died.',
    ],
    [
      { code: 'no_comparable_runs', side: 'b', runs: [{ name: 'b/1', exclusion: impaired }] },
      'b/1 cannot be compared: load generator impaired (late_sends).',
    ],
    [
      {
        code: 'no_comparable_runs',
        side: 'b',
        runs: [
          { name: 'b/1', exclusion: impaired },
          { name: 'b/2', exclusion: impaired },
          { name: 'b/3', exclusion: { code: 'interrupted' } },
        ],
      },
      'None of the 3 runs of b can be compared: load generator impaired (late_sends); it was interrupted.',
    ],
    [
      { code: 'metrics_lost', figures: ['jitter.p95', 'jitter.p50'] },
      'Measured in every base run, but not in every current run: jitter.p95, jitter.p50.',
    ],
  ])('%j', (reason, text) => {
    expect(comparisonReasonText(reason)).toBe(text);
  });

  it.each<[ComparisonNote, string]>([
    [
      {
        code: 'environment_differs',
        what: 'server_version',
        key: null,
        base: ['1.13.4'],
        current: [null],
      },
      'Server version differs: 1.13.4 → unknown.',
    ],
    [
      {
        code: 'environment_differs',
        what: 'environment',
        key: 'cores',
        base: [4],
        current: [4, 8],
      },
      'Environment (cores) differs: 4 → 4, 8.',
    ],
    [
      { code: 'thresholds_crossed', base: 'a', current: 'b', thresholds: ['jitter: p(95)<30'] },
      'Thresholds that a run of b crossed, and none of a: jitter: p(95)<30.',
    ],
  ])('%j', (note, text) => {
    expect(comparisonNoteText(note)).toBe(text);
  });

  it('name the threshold that ended a run', () => {
    expect(exclusionText({ code: 'run_aborted', threshold: { ...CROSSING, at: 1 } })).toBe(
      'a threshold ended it (packet_loss@peak: rate was 2.06 %, limit < 1 %)',
    );
  });

  it('do not repeat the reason that the conclusion states', () => {
    const reasons: ComparisonReason[] = [
      { code: 'too_few_runs' },
      { code: 'metrics_not_measured' },
    ];
    const of = (verdict: Comparison['verdict']): number =>
      furtherReasons({ figures: [], reasons, verdict }).length;
    expect([of('inconclusive'), of('regression'), of('no_difference')]).toEqual([1, 1, 2]);
  });
});
