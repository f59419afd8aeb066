import { commandThresholds, type SourcedThreshold } from '@livekit-swarm/analysis';

/** Thresholds of calls without their own, with their reasons. */
const DEFAULT_SIP_THRESHOLDS = [
  { text: 'sip_call_failures: rate<0.01', why: 'A call that fails is a customer who is lost.' },
  {
    text: 'sip_post_dial_delay: p(95)<3000',
    why: 'ITU-T E.721 expects 3 s for a local call: callers take silence for a fault.',
  },
  { text: 'sip_one_way: rate==0', why: 'A caller without audio hangs up.' },
  { text: 'sip_packet_loss: rate<0.01', why: 'G.711 has no loss recovery: 1 % is heard.' },
  { text: 'sip_dropped: rate<0.01', why: 'The caller had not finished.' },
  { text: 'sip_room_missing: rate==0', why: 'An agent cannot hear a caller who is in no room.' },
  { text: 'sip_transfer_failures: rate<0.01', why: 'A caller who is not transferred is stuck.' },
] as const;

/**
 * Thresholds that were given, and defaults on other metrics.
 * @throws SwarmError `invalid_threshold` for a metric that calls do not have
 */
export const sipThresholds = (given: readonly string[]): SourcedThreshold[] =>
  commandThresholds(given, {
    command: 'sip',
    defaults: DEFAULT_SIP_THRESHOLDS,
    notMeasured: (metric) => ({
      message: `swarm sip does not measure ${metric}`,
      hint: 'docs/metrics.md lists what it measures: it begins with sip_',
    }),
    noAbort: 'abortOnFail does not exist for SIP calls, which are judged after the last one',
  });
