import type { KnownMetric } from './known-metric.ts';

/** Every series of the server has them. `node_id` is a new one at each start. */
export const LIVEKIT_LABELS = ['node_id', 'node_type'] as const;

/**
 * What livekit-server 1.13 registers, by its source and by what was seen on running servers. `direction` is that of the media: `incoming` comes from publishers,
 * `outgoing` goes to subscribers.
 */
export const LIVEKIT_METRICS: Readonly<Record<string, KnownMetric>> = {
  // Rooms, participants, tracks (now)
  livekit_room_total: {
    type: 'gauge',
    labels: [],
    seen: true,
    appears: 'always',
    note: 'a gauge in spite of its name',
  },
  livekit_participant_total: {
    type: 'gauge',
    labels: [],
    seen: true,
    appears: 'always',
    note: 'a gauge in spite of its name; hidden participants count',
  },
  livekit_track_published_total: {
    type: 'gauge',
    labels: ['kind'],
    seen: true,
    appears: 'first_use',
    why: 'somebody must have published',
    note: 'a gauge in spite of its name',
  },
  livekit_track_subscribed_total: {
    type: 'gauge',
    labels: ['kind'],
    seen: true,
    appears: 'first_use',
    why: 'somebody must have subscribed',
    note: 'a gauge in spite of its name',
  },
  livekit_connection_total: {
    type: 'gauge',
    labels: ['kind'],
    seen: false,
    appears: 'first_use',
    why: 'somebody must have come over the built-in TURN',
    note: 'a gauge in spite of its name',
  },

  // Joins and sessions
  livekit_participant_join_total: {
    type: 'counter',
    labels: ['state'],
    seen: true,
    appears: 'first_use',
    why: 'somebody must have tried to join',
    note: 'a resume counts as signal_connected, rtc_init and rtc_active once more',
  },
  livekit_session_join_latency_ms: {
    type: 'histogram',
    labels: ['protocol_version'],
    seen: true,
    appears: 'first_use',
    why: 'somebody must have joined',
    note: 'from the WebSocket request to the join response',
  },
  livekit_session_start_time_ms: {
    type: 'histogram',
    labels: ['protocol_version'],
    seen: true,
    appears: 'first_use',
    why: 'media of somebody must have got through',
    note: 'until media can flow',
  },
  livekit_session_duration_ms: {
    type: 'histogram',
    labels: ['protocol_version'],
    seen: true,
    appears: 'first_use',
    why: 'somebody must have left',
  },
  livekit_room_duration_seconds: { type: 'histogram', labels: [], seen: true, appears: 'always' },
  livekit_peer_connection_state: {
    type: 'counter',
    labels: ['transport', 'state'],
    seen: true,
    appears: 'first_use',
    why: 'somebody must have connected',
  },
  livekit_track_publish_counter: {
    type: 'counter',
    labels: ['kind', 'state'],
    seen: true,
    appears: 'first_use',
    why: 'somebody must have published',
  },
  livekit_track_subscribe_counter: {
    type: 'counter',
    labels: ['state', 'error'],
    seen: true,
    appears: 'first_use',
    why: 'somebody must have subscribed',
    note: '`error` is free text',
  },
  livekit_pubsubtime_ms: {
    type: 'histogram',
    labels: ['direction', 'source', 'type', 'country', 'sdk', 'kind', 'count'],
    seen: true,
    appears: 'first_use',
    why: 'somebody must have published or subscribed',
  },

  // Media: loss, order, jitter, RTT, feedback
  livekit_packet_loss_total: {
    type: 'counter',
    labels: ['direction', 'source', 'type', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'a packet must have been lost',
  },
  livekit_packet_loss_percent: {
    type: 'histogram',
    labels: ['direction', 'source', 'type', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'media must have flowed for five seconds',
    note: 'of each stream and five seconds, whatever it carries',
  },
  livekit_packet_out_of_order_total: {
    type: 'counter',
    labels: ['direction', 'source', 'type', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'a packet must have come out of order',
  },
  livekit_packet_out_of_order_percent: {
    type: 'histogram',
    labels: ['direction', 'source', 'type', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'media must have flowed for five seconds',
  },
  livekit_jitter_us: {
    type: 'histogram',
    labels: ['direction', 'source', 'type', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'media must have flowed, with jitter above zero',
    note: 'the worst of each stream and five seconds; zeros are left out',
  },
  livekit_rtt_ms: {
    type: 'histogram',
    labels: ['direction', 'source', 'type', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'a round trip must have taken a millisecond or more',
    note: 'the worst of each stream and five seconds; zeros are left out',
  },
  livekit_nack_total: {
    type: 'counter',
    labels: ['direction', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'a NACK must have been sent',
  },
  livekit_pli_total: {
    type: 'counter',
    labels: ['direction', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'a PLI must have been sent',
  },
  livekit_fir_total: {
    type: 'counter',
    labels: ['direction', 'country'],
    seen: false,
    appears: 'first_use',
    why: 'a FIR must have been sent',
  },
  livekit_packet_total: {
    type: 'counter',
    labels: ['direction', 'transmission', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'media must have flowed',
    note: 'only what goes out is split by transmission',
  },
  livekit_packet_bytes: {
    type: 'counter',
    labels: ['direction', 'transmission', 'country'],
    seen: true,
    appears: 'first_use',
    why: 'media must have flowed',
  },

  // Quality
  livekit_quality_score: {
    type: 'histogram',
    labels: [],
    seen: true,
    appears: 'always',
    note: 'of each participant and five seconds, its worst track; 4.5 at most',
  },
  livekit_quality_rating: {
    type: 'histogram',
    labels: [],
    seen: true,
    appears: 'always',
    note: '0 poor, 1 good, 2 excellent; lost is beyond 2',
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
    why: 'a data stream must have been sent',
  },
  livekit_datapacket_stream_bytes: {
    type: 'histogram',
    labels: ['type', 'mime_type'],
    seen: false,
    appears: 'first_use',
    why: 'a data stream must have been sent',
  },

  // Node and API
  livekit_node_messages: {
    type: 'counter',
    labels: ['type', 'status', 'direction'],
    seen: true,
    appears: 'first_use',
    why: 'a signalling message must have passed',
  },
  livekit_node_service_operation: {
    type: 'counter',
    labels: ['type', 'status', 'error_type'],
    seen: true,
    appears: 'first_use',
    why: 'somebody must have joined',
  },
  livekit_node_twirp_request_status: {
    type: 'counter',
    labels: ['service', 'method', 'status', 'code'],
    seen: true,
    appears: 'first_use',
    why: 'the API must have been called',
  },
  livekit_node_twirp_request_latency_ms: {
    type: 'histogram',
    labels: ['service', 'method'],
    seen: true,
    appears: 'first_use',
    why: 'the API must have been called',
  },
  livekit_node_packet_total: {
    type: 'gauge',
    labels: ['type'],
    seen: true,
    appears: 'always',
    note: 'a gauge, and of the whole machine',
  },
  livekit_debug_ref_count: {
    type: 'gauge',
    labels: ['referrer'],
    seen: false,
    appears: 'first_use',
    why: 'the server must be built for debugging',
  },

  // PSRPC and webhooks
  livekit_psrpc_request_time_ms: {
    type: 'histogram',
    labels: ['role', 'kind', 'service', 'method'],
    seen: false,
    appears: 'first_use',
    why: 'nodes must have spoken to each other',
  },
  livekit_psrpc_stream_send_time_ms: {
    type: 'histogram',
    labels: ['role', 'service', 'method'],
    seen: true,
    appears: 'first_use',
    why: 'nodes must have spoken to each other',
  },
  livekit_psrpc_stream_receive_total: {
    type: 'counter',
    labels: ['role', 'service', 'method'],
    seen: true,
    appears: 'first_use',
    why: 'nodes must have spoken to each other',
  },
  livekit_psrpc_stream_count: {
    type: 'gauge',
    labels: ['role', 'service', 'method'],
    seen: true,
    appears: 'first_use',
    why: 'nodes must have spoken to each other',
  },
  livekit_psrpc_error_total: {
    type: 'counter',
    labels: ['role', 'kind', 'service', 'method'],
    seen: true,
    appears: 'first_use',
    why: 'a call between nodes must have failed',
  },
  livekit_psrpc_bytes_total: {
    type: 'counter',
    labels: ['role', 'kind', 'service', 'method', 'direction'],
    seen: true,
    appears: 'first_use',
    why: 'nodes must have spoken to each other',
  },
  livekit_webhook_dispatch_total: {
    type: 'counter',
    labels: ['status', 'reason'],
    seen: true,
    appears: 'first_use',
    why: 'a webhook must be configured and have been sent',
  },
  livekit_webhook_queue_length: { type: 'histogram', labels: [], seen: true, appears: 'always' },
};
