import { type KnownMetric, known } from './known-metric.ts';

/** Used metrics of HAProxy 2.6, node_exporter 1.5, redis_exporter 1.46 and later versions. */
export const HAPROXY_METRICS: Readonly<Record<string, KnownMetric>> = {
  haproxy_backend_active_servers: known('gauge', 'proxy'),
  haproxy_backend_http_responses_total: known('counter', 'proxy', 'code'),
  haproxy_backend_connection_errors_total: known('counter', 'proxy'),
  haproxy_backend_response_errors_total: known('counter', 'proxy'),
  haproxy_backend_retry_warnings_total: known('counter', 'proxy'),
  haproxy_backend_redispatch_warnings_total: known('counter', 'proxy'),
  haproxy_backend_current_queue: known('gauge', 'proxy'),
  haproxy_frontend_current_sessions: known('gauge', 'proxy'),
  haproxy_frontend_limit_sessions: known('gauge', 'proxy'),
  haproxy_frontend_connections_total: known('counter', 'proxy'),
  haproxy_frontend_bytes_in_total: known('counter', 'proxy'),
  haproxy_frontend_bytes_out_total: known('counter', 'proxy'),
  haproxy_server_status: known('gauge', 'proxy', 'server', 'state'),
  haproxy_server_check_code: known('gauge', 'proxy', 'server'),
  haproxy_server_check_duration_seconds: known('gauge', 'proxy', 'server'),
  haproxy_server_check_up_down_total: known('counter', 'proxy', 'server'),
  haproxy_server_current_sessions: known('gauge', 'proxy', 'server'),
  haproxy_server_sessions_total: known('counter', 'proxy', 'server'),
};

export const NODE_METRICS: Readonly<Record<string, KnownMetric>> = {
  node_cpu_seconds_total: known('counter', 'cpu', 'mode'),
  node_load1: known('gauge'),
  node_memory_MemAvailable_bytes: known('gauge'),
  node_memory_MemTotal_bytes: known('gauge'),
  node_network_receive_bytes_total: known('counter', 'device'),
  node_network_transmit_bytes_total: known('counter', 'device'),
  node_network_receive_drop_total: known('counter', 'device'),
  node_network_transmit_drop_total: known('counter', 'device'),
  node_netstat_Udp_RcvbufErrors: known('counter'),
  node_netstat_Udp_SndbufErrors: known('counter'),
  node_sockstat_UDP_inuse: known('gauge'),
  node_sockstat_UDP6_inuse: known('gauge'),
  node_nf_conntrack_entries: {
    ...known('gauge'),
    appears: 'first_use',
    why: 'while the kernel tracks connections',
  },
  node_nf_conntrack_entries_limit: {
    ...known('gauge'),
    appears: 'first_use',
    why: 'while the kernel tracks connections',
  },
  node_vmstat_oom_kill: known('counter'),
  // Metrics of `--collector.ethtool`, named by the ENA driver of AWS.
  ...Object.fromEntries(
    ['bw_in', 'bw_out', 'pps', 'conntrack'].map((name): [string, KnownMetric] => [
      `node_ethtool_${name}_allowance_exceeded`,
      {
        ...known('counter', 'device'),
        appears: 'first_use',
        why: 'with --collector.ethtool, on an instance with the ENA driver',
      },
    ]),
  ),
};

const ofEgress = (...labels: string[]): KnownMetric => ({
  ...known('gauge', ...labels),
  appears: 'first_use',
  why: 'an egress service with prometheus_port must be scraped',
});

/** Used metrics of livekit/egress 1.9 and later versions, from its source code. */
export const EGRESS_METRICS: Readonly<Record<string, KnownMetric>> = {
  livekit_egress_available: ofEgress('node_id', 'cluster_id'),
  livekit_egress_can_accept_request: ofEgress('node_id', 'cluster_id'),
  // Only later versions have it: 1 is the limit at which an instance accepts nothing more.
  livekit_load_ratio: ofEgress('type'),
};

const ofSip = (type: KnownMetric['type'], ...labels: string[]): KnownMetric => ({
  ...known(type, 'node_id', ...labels),
  appears: 'first_use',
  why: 'a SIP service with prometheus_port must be scraped',
});

/** Used metrics of livekit/sip, from its source code: it was never run here. */
export const SIP_METRICS: Readonly<Record<string, KnownMetric>> = {
  livekit_sip_available: ofSip('gauge'),
  livekit_sip_calls_active: ofSip('gauge', 'dir', 'to'),
  livekit_sip_invite_requests_raw: ofSip('counter'),
  livekit_sip_invite_requests: ofSip('counter', 'dir'),
  livekit_sip_invite_accepted: ofSip('counter', 'dir', 'to'),
  livekit_sip_invite_error: ofSip('counter', 'dir', 'to', 'reason'),
  livekit_sip_calls_terminated: ofSip('counter', 'dir', 'to', 'reason'),
  livekit_sip_packets_rtp: ofSip('counter', 'dir', 'to', 'op', 'payload'),
  livekit_sip_dur_check_sec: ofSip('histogram', 'dir'),
  livekit_sip_dur_join_sec: ofSip('histogram', 'dir'),
  livekit_sip_transfers_total: ofSip('counter', 'dir'),
  livekit_sip_transfers_failed_total: ofSip('counter', 'dir', 'reason'),
};

export const REDIS_METRICS: Readonly<Record<string, KnownMetric>> = {
  redis_up: known('gauge'),
  redis_connected_clients: known('gauge'),
  redis_config_maxclients: known('gauge'),
  redis_memory_used_bytes: known('gauge'),
  redis_memory_max_bytes: known('gauge'),
  redis_commands_processed_total: known('counter'),
  redis_commands_total: known('counter', 'cmd'),
  redis_commands_duration_seconds_total: known('counter', 'cmd'),
  redis_commands_failed_calls_total: known('counter', 'cmd'),
  redis_rejected_connections_total: known('counter'),
  redis_evicted_keys_total: known('counter'),
  redis_db_keys: known('gauge', 'db'),
  redis_pubsub_channels: known('gauge'),
  redis_net_input_bytes_total: known('counter'),
  redis_net_output_bytes_total: known('counter'),
  redis_uptime_in_seconds: known('gauge'),
};

/** Used metrics of blackbox_exporter 0.19 and later versions, for targets with TLS. */
export const BLACKBOX_METRICS: Readonly<Record<string, KnownMetric>> = {
  probe_ssl_earliest_cert_expiry: {
    ...known('gauge'),
    appears: 'first_use',
    why: 'a blackbox_exporter must probe a target with TLS',
  },
};

/** Metrics of Prometheus, and process metrics of Go and Node.js clients. */
export const PROMETHEUS_METRICS: Readonly<Record<string, KnownMetric>> = {
  up: known('gauge'),
  ALERTS: {
    ...known('gauge', 'alertname', 'alertstate', 'severity'),
    appears: 'first_use',
    why: 'an alert must be pending or firing',
  },
  ALERTS_FOR_STATE: {
    ...known('gauge', 'alertname', 'severity'),
    appears: 'first_use',
    why: 'an alert must be pending or firing',
  },
  process_cpu_seconds_total: known('counter'),
  process_resident_memory_bytes: known('gauge'),
  process_start_time_seconds: known('gauge'),
  process_open_fds: known('gauge'),
  process_max_fds: known('gauge'),
  go_goroutines: known('gauge'),
};
