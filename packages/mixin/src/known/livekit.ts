import type { KnownMetric } from './known-metric.ts';

/** Labels of every series of the server. `node_id` changes with each start. */
export const LIVEKIT_LABELS = ['node_id', 'node_type'] as const;

/**
 * Metrics of livekit-server 1.13, from its source code and from running servers. `direction` is the
 * direction of the media: `incoming` comes from publishers, `outgoing` goes to subscribers.
 */
export const LIVEKIT_METRICS: Readonly<Record<string, KnownMetric>> = {
  // Rooms, participants, tracks (now)
  livekit_room_total: {
    type: 'gauge',
    labels: [],
    seen: true,
    appears: 'always',
    note: 'a gauge despite its name',
  },
  livekit_participant_total: {
    type: 'gauge',
    labels: [],
    seen: true,
    appears: 'always',
    note: 'a gauge despite its name; counts a participant on the node of its signal connection and on the node of its media',
  },
  livekit_track_published_total: {
    type: 'gauge',
    labels: ['kind'],
    seen: true,
    appears: 'first_use',
    why: 'after the first publication',
    note: 'a gauge despite its name',
  },
  livekit_track_subscribed_total: {
    type: 'gauge',
    labels: ['kind'],
    seen: true,
    appears: 'first_use',
    why: 'after the first subscription',
    note: 'a gauge despite its name',
  },
  livekit_connection_total: {
    type: 'gauge',
    labels: ['kind'],
    seen: false,
    appears: 'first_use',
    why: 'after a client connected through the built-in TURN',
    note: 'a gauge despite its name',
  },

  // Joins and sessions
  livekit_participant_join_total: {
    type: 'counter',
    labels: ['state'],
    seen: true,
    appears: 'first_use',
    why: 'after the first join attempt',
    note: 'a resume counts as signal_connected, rtc_init and rtc_active again',
  },
  livekit_session_join_latency_ms: {
    type: 'histogram',
    labels: ['protocol_version'],
    seen: true,
    appears: 'first_use',
    why: 'after the first join',
    note: 'from the WebSocket request to the join response',
  },
  livekit_session_start_time_ms: {
    type: 'histogram',
    labels: ['protocol_version'],
    seen: true,
    appears: 'first_use',
    why: 'after media of the first participant was established',
    note: 'from the start of the session to the connected transport',
  },
  livekit_session_duration_ms: {
    type: 'histogram',
    labels: ['protocol_version'],
    seen: true,
    appears: 'first_use',
    why: 'after the first participant left',
  },
  livekit_room_duration_seconds: { type: 'histogram', labels: [], seen: true, appears: 'always' },
  livekit_peer_connection_state: {
    type: 'counter',
    labels: ['transport', 'state'],
    seen: true,
    appears: 'first_use',
    why: 'after the first connection',
  },
  livekit_track_publish_counter: {
    type: 'counter',
    labels: ['kind', 'state'],
    seen: true,
    appears: 'first_use',
    why: 'after the first publication',
  },
  livekit_track_subscribe_counter: {
    type: 'counter',
    labels: ['state', 'error'],
    seen: true,
    appears: 'first_use',
    why: 'after the first subscription',
    note: '`error` is free text',
  },
  livekit_pubsubtime_ms: {
    type: 'histogram',
    labels: ['direction', 'source', 'type', 'country', 'sdk', 'kind', 'count'],
    seen: true,
    appears: 'first_use',
    why: 'after the first publication or subscription',
  },

  // Media: loss, order, jitter, RTT, feedback
  livekit_packet_loss_total: {
    type: 'counter',
    labels: ['direction', 'source', 'type', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'after the first lost packet',
  },
  livekit_packet_loss_percent: {
    type: 'histogram',
    labels: ['direction', 'source', 'type', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'after five seconds of media',
    note: 'per stream and five seconds, for every kind of media',
  },
  livekit_packet_out_of_order_total: {
    type: 'counter',
    labels: ['direction', 'source', 'type', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'after the first out-of-order packet',
  },
  livekit_packet_out_of_order_percent: {
    type: 'histogram',
    labels: ['direction', 'source', 'type', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'after five seconds of media',
  },
  livekit_jitter_us: {
    type: 'histogram',
    labels: ['direction', 'source', 'type', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'after media with jitter above 0',
    note: 'maximum per stream and five seconds; zeros are omitted',
  },
  livekit_rtt_ms: {
    type: 'histogram',
    labels: ['direction', 'source', 'type', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'after the first RTT of at least 1 ms',
    note: 'maximum per stream and five seconds; zeros are omitted',
  },
  livekit_nack_total: {
    type: 'counter',
    labels: ['direction', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'after the first NACK',
  },
  livekit_pli_total: {
    type: 'counter',
    labels: ['direction', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'after the first PLI',
  },
  livekit_fir_total: {
    type: 'counter',
    labels: ['direction', 'country'],
    seen: false,
    appears: 'first_use',
    why: 'after the first FIR',
  },
  livekit_packet_total: {
    type: 'counter',
    labels: ['direction', 'transmission', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'after the first media packet',
    note: 'only outgoing packets are split by transmission',
  },
  livekit_packet_bytes: {
    type: 'counter',
    labels: ['direction', 'transmission', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'after the first media packet',
  },

  // Quality
  livekit_quality_score: {
    type: 'histogram',
    labels: [],
    seen: true,
    appears: 'always',
    note: 'per participant and five seconds, that of its lowest track; at most 4.5',
  },
  livekit_quality_rating: {
    type: 'histogram',
    labels: [],
    seen: true,
    appears: 'always',
    note: '0 poor, 1 good, 2 excellent; above 2 lost',
  },

  // Forwarding
  livekit_forward_latency: {
    type: 'gauge',
    labels: [],
    seen: true,
    appears: 'always',
    note: 'nanoseconds; 0 unless rtc.forward_stats is configured',
  },
  livekit_forward_jitter: {
    type: 'gauge',
    labels: [],
    seen: true,
    appears: 'always',
    note: 'nanoseconds; 0 unless rtc.forward_stats is configured',
  },
  livekit_forward_latency_ns: {
    type: 'histogram',
    labels: [],
    seen: true,
    appears: 'always',
    note: 'empty unless rtc.forward_stats is configured',
  },

  // Data streams
  livekit_datapacket_stream_dest_count: {
    type: 'histogram',
    labels: ['type', 'mime_type'],
    seen: false,
    appears: 'first_use',
    why: 'after the first data stream',
  },
  livekit_datapacket_stream_bytes: {
    type: 'histogram',
    labels: ['type', 'mime_type'],
    seen: false,
    appears: 'first_use',
    why: 'after the first data stream',
  },

  // Node and API
  livekit_node_messages: {
    type: 'counter',
    labels: ['type', 'status', 'direction'],
    seen: true,
    appears: 'first_use',
    why: 'after the first signalling message',
  },
  livekit_node_service_operation: {
    type: 'counter',
    labels: ['type', 'status', 'error_type'],
    seen: true,
    appears: 'first_use',
    why: 'after the first join',
  },
  livekit_node_twirp_request_status: {
    type: 'counter',
    labels: ['service', 'method', 'status', 'code'],
    seen: true,
    appears: 'first_use',
    why: 'after the first API request',
  },
  livekit_node_twirp_request_latency_ms: {
    type: 'histogram',
    labels: ['service', 'method'],
    seen: true,
    appears: 'first_use',
    why: 'after the first API request',
  },
  livekit_node_packet_total: {
    type: 'gauge',
    labels: ['type'],
    seen: true,
    appears: 'always',
    note: 'a gauge, of the whole host',
  },
  livekit_debug_ref_count: {
    type: 'gauge',
    labels: ['referrer'],
    seen: false,
    appears: 'first_use',
    why: 'if the server was built for debugging',
  },

  // PSRPC and webhooks
  livekit_psrpc_request_time_ms: {
    type: 'histogram',
    labels: ['role', 'kind', 'service', 'method'],
    seen: false,
    appears: 'first_use',
    why: 'after the first message between nodes',
  },
  livekit_psrpc_stream_send_time_ms: {
    type: 'histogram',
    labels: ['role', 'service', 'method'],
    seen: true,
    appears: 'first_use',
    why: 'after the first message between nodes',
  },
  livekit_psrpc_stream_receive_total: {
    type: 'counter',
    labels: ['role', 'service', 'method'],
    seen: true,
    appears: 'first_use',
    why: 'after the first message between nodes',
  },
  livekit_psrpc_stream_count: {
    type: 'gauge',
    labels: ['role', 'service', 'method'],
    seen: true,
    appears: 'first_use',
    why: 'after the first message between nodes',
  },
  livekit_psrpc_error_total: {
    type: 'counter',
    labels: ['role', 'kind', 'service', 'method'],
    seen: true,
    appears: 'first_use',
    why: 'after the first failed request between nodes',
  },
  livekit_psrpc_bytes_total: {
    type: 'counter',
    labels: ['role', 'kind', 'service', 'method', 'direction'],
    seen: true,
    appears: 'first_use',
    why: 'after the first message between nodes',
  },
  livekit_webhook_dispatch_total: {
    type: 'counter',
    labels: ['status', 'reason'],
    seen: true,
    appears: 'first_use',
    why: 'after the first webhook',
  },
  livekit_webhook_queue_length: { type: 'histogram', labels: [], seen: true, appears: 'always' },
};
