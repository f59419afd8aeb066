import { PROBE_METRICS } from '@livekit-swarm/catalogue';
import type { Snapshot, SnapshotValue } from '@livekit-swarm/catalogue/registry';
import { type ProbeResult, sidesOf } from '@livekit-swarm/probe';
import { hlsFiguresOf } from './hls/hls-figures.ts';
import type { HlsResult } from './hls/probe-hls.ts';
import { isHls, type ModuleResult, tookMs } from './module-result.ts';

/** Results of probing one target with one module, of all nodes together or of one node directly. */
export interface ProbeResults {
  add(result: ModuleResult): void;
  /** Metrics of one probe, with counters over all probes. */
  snapshots(result: ModuleResult, labels?: Readonly<Record<string, string>>): Snapshot[];
}

type Name = keyof typeof PROBE_METRICS;
type Labels = Record<string, string | number>;
type Both = { up: number; down: number };
const DIRECTIONS = ['up', 'down'] as const;

export const createProbeResults = (): ProbeResults => {
  const runs = { success: 0, failure: 0 };
  const packets = new Map<'audio' | 'video', Both>();
  const nacks: Both = { up: 0, down: 0 };
  const plis: Both = { up: 0, down: 0 };

  return {
    add: (result) => {
      runs[result.success ? 'success' : 'failure']++;
      if (isHls(result)) return;
      for (const { kind, packets: more } of result.media) {
        const total = packets.get(kind) ?? { up: 0, down: 0 };
        packets.set(kind, total);
        addUp(total, more);
      }
      addUp(nacks, result.nacks);
      addUp(plis, result.plis);
    },
    snapshots: (shown, extra = {}) => {
      const series = new Map<Name, SnapshotValue[]>();
      const emit = (name: Name, labels: Labels, value: number | null | undefined): void => {
        if (value === null || value === undefined || !Number.isFinite(value)) return;
        series.set(name, [...(series.get(name) ?? []), { labels: { ...extra, ...labels }, value }]);
      };
      emitEvery(shown, emit);
      if (isHls(shown)) emitStream(shown, emit);
      else emitCall(shown, emit);
      for (const [result, count] of Object.entries(runs))
        emit('livekit_swarm_probe_runs_total', { result }, count);
      for (const direction of DIRECTIONS) {
        for (const [kind, both] of packets)
          emit('livekit_swarm_probe_packets_total', { kind, direction }, both[direction]);
        // Probes without media have no NACKs.
        if (packets.size > 0)
          emit('livekit_swarm_probe_nacks_total', { direction }, nacks[direction]);
        if (packets.size > 0)
          emit('livekit_swarm_probe_plis_total', { direction }, plis[direction]);
      }
      return [...series].map(([name, values]) => ({ ...headOf(name), values }));
    },
  };
};

const headOf = (name: Name): Omit<Snapshot, 'values'> => {
  const { help, type } = PROBE_METRICS[name];
  return { name, help, type, aggregator: 'omit' };
};

const addUp = (total: Both, more: Both): void => {
  for (const direction of DIRECTIONS) total[direction] += more[direction];
};

const seconds = (ms: number | null | undefined): number | null =>
  ms === null || ms === undefined ? null : Math.max(0, ms) / 1_000;

type Emit = (name: Name, labels: Labels, value: number | null | undefined) => void;

/** Figures of modules of all kinds. */
const emitEvery = (result: ModuleResult, emit: Emit): void => {
  emit('livekit_swarm_probe_duration_seconds', {}, seconds(tookMs(result)));
  for (const reason of new Set(result.failures.map((failing) => failing.reason)))
    emit('livekit_swarm_probe_failure', { reason }, 1);
};

/** A stream is not a call: alerts and objectives of calls do not read it. */
const emitStream = (result: HlsResult, emit: Emit): void => {
  const { stream } = result;
  const figures = hlsFiguresOf(result);
  emit('livekit_swarm_probe_hls_success', {}, result.success ? 1 : 0);
  emit('livekit_swarm_probe_hls_live_age_seconds', {}, figures.age);
  emit('livekit_swarm_probe_hls_startup_seconds', {}, figures.startup);
  const requests = { playlist: figures.playlist, segment: figures.segment };
  for (const [resource, value] of Object.entries(requests))
    emit('livekit_swarm_probe_hls_request_seconds', { resource }, value);
  emit('livekit_swarm_probe_hls_failed_requests', {}, stream.failedRequests);
  emit('livekit_swarm_probe_hls_stream_bytes_per_second', {}, figures.streamRate);
  emit('livekit_swarm_probe_hls_throughput_bytes_per_second', {}, figures.throughput);
  if (stream.startupMs === null) return;
  emit('livekit_swarm_probe_hls_stale', {}, stream.staleAt === null ? 0 : 1);
  emit('livekit_swarm_probe_hls_stalled_seconds', {}, figures.stalled);
  emit('livekit_swarm_probe_hls_skipped_segments', {}, stream.skippedSegments);
};

const emitCall = (result: ProbeResult, emit: Emit): void => {
  const { observation, received, media, data } = result;
  emit('livekit_swarm_probe_success', {}, result.success ? 1 : 0);
  emit(
    'livekit_swarm_probe_path_success',
    { path: observation.module.path },
    result.success ? 1 : 0,
  );
  emitAgent(result, emit);
  for (const side of sidesOf(observation.module)) {
    const { phases, firstMediaMs, others, node, selectedPair } = observation.sides[side];
    const reached = {
      signal: phases?.signal,
      ice: phases?.ice,
      dtls: phases?.dtls,
      first_media: firstMediaMs,
    };
    for (const [phase, ms] of Object.entries(reached))
      emit('livekit_swarm_probe_phase_seconds', { phase, side }, seconds(ms));
    emit('livekit_swarm_probe_remote_participants', { side }, others.length);
    if (received !== null)
      emit('livekit_swarm_probe_media_received', { side }, received[side] ? 1 : 0);
    if (selectedPair !== null) {
      const { path, allocationMs } = selectedPair;
      emit('livekit_swarm_probe_selected_path_info', { side, path }, 1);
      emit('livekit_swarm_probe_allocation_seconds', { side, path }, seconds(allocationMs));
    }
    if (node !== null) emit('livekit_swarm_probe_node_info', { side, node_id: node }, 1);
  }
  for (const { kind, loss, jitterMs, latencyP50Ms, latencyP95Ms } of media) {
    for (const direction of DIRECTIONS)
      emit('livekit_swarm_probe_loss_ratio', { kind, direction }, loss[direction]);
    emit('livekit_swarm_probe_jitter_seconds', { kind }, seconds(jitterMs));
    emit('livekit_swarm_probe_latency_seconds', { kind, quantile: 0.5 }, seconds(latencyP50Ms));
    emit('livekit_swarm_probe_latency_seconds', { kind, quantile: 0.95 }, seconds(latencyP95Ms));
  }
  emit('livekit_swarm_probe_rtt_seconds', {}, seconds(result.rttMs));
  if (data === null) return;
  emit('livekit_swarm_probe_data_rtt_seconds', { quantile: 0.5 }, seconds(data.echoP50Ms));
  emit('livekit_swarm_probe_data_rtt_seconds', { quantile: 0.95 }, seconds(data.echoP95Ms));
  emit('livekit_swarm_probe_data_loss_ratio', {}, data.loss);
};

const emitAgent = ({ success, observation: { module, agent } }: ProbeResult, emit: Emit): void => {
  if (module.agentCall === null || agent === null) return;
  const labels = { agent: module.agentCall.agent };
  emit('livekit_swarm_probe_agent_success', labels, success ? 1 : 0);
  const phases = { joined: agent.joinedMs, published: agent.publishedMs, ready: agent.readyMs };
  for (const [phase, ms] of Object.entries(phases))
    emit('livekit_swarm_probe_agent_seconds', { ...labels, phase }, seconds(ms));
  const response = agent.answer?.responseMs;
  emit('livekit_swarm_probe_agent_response_seconds', labels, seconds(response));
};
