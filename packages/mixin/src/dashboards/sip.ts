import type { Row } from '../panels/page.ts';
import { graph, PER_SECOND } from '../panels/panel.ts';
import { promql, quantile, rate } from '../panels/query.ts';
import type { Scope } from './shared.ts';

const NOT_SCRAPED = 'not scraped';

/**
 * Row of phone calls, as livekit/sip reports on itself. Names and labels are from its source code:
 * it was never run in a test.
 */
export const sipCalls = (scope: Scope): Row => ({
  title: 'Phone calls (SIP)',
  panels: [
    graph({
      title: 'SIP instances',
      description:
        'Instances of livekit/sip, from their own metrics, and those that accept calls. None for two minutes: LiveKitSipUnavailable.',
      noData: NOT_SCRAPED,
      queries: [
        promql(`count(livekit_sip_available{${scope.inCluster}})`, 'instances'),
        promql(`sum(livekit_sip_available{${scope.inCluster}})`, 'accept calls'),
      ],
    }),
    graph({
      title: 'SIP calls',
      description: 'Calls now, by direction: in is from phones, out is to phones.',
      noData: NOT_SCRAPED,
      queries: [promql(`sum by (dir) (livekit_sip_calls_active{${scope.inCluster}})`, '{{dir}}')],
    }),
    graph({
      title: 'SIP INVITEs',
      description:
        'Per second: all that arrive, valid ones, and those that matched a trunk and its password. Many more arrive than match: scanners, or a trunk that does not match its carrier.',
      unit: PER_SECOND,
      noData: NOT_SCRAPED,
      queries: [
        promql(rate('livekit_sip_invite_requests_raw', scope.inCluster), 'arrived'),
        promql(rate('livekit_sip_invite_requests', scope.inCluster, ['dir']), 'valid {{dir}}'),
        promql(rate('livekit_sip_invite_accepted', scope.inCluster, ['dir']), 'matched {{dir}}'),
      ],
    }),
    graph({
      title: 'Refused SIP calls',
      description:
        'Per second, by direction and reason. Scanners cause some at all times; a step after a change of trunks or rules is the change.',
      unit: PER_SECOND,
      noData: NOT_SCRAPED,
      queries: [
        promql(
          rate('livekit_sip_invite_error', scope.inCluster, ['dir', 'reason']),
          '{{dir}} {{reason}}',
        ),
      ],
    }),
    graph({
      title: 'Ended SIP calls',
      description: 'Per second, by direction and reason of the end.',
      unit: PER_SECOND,
      noData: NOT_SCRAPED,
      queries: [
        promql(
          rate('livekit_sip_calls_terminated', scope.inCluster, ['dir', 'reason']),
          '{{dir}} {{reason}}',
        ),
      ],
    }),
    graph({
      title: 'SIP transfers',
      description: 'Per second: attempts, and those that failed, by reason.',
      unit: PER_SECOND,
      noData: NOT_SCRAPED,
      queries: [
        promql(rate('livekit_sip_transfers_total', scope.inCluster, ['dir']), 'attempts {{dir}}'),
        promql(
          rate('livekit_sip_transfers_failed_total', scope.inCluster, ['dir', 'reason']),
          'failed {{dir}} {{reason}}',
        ),
      ],
    }),
    graph({
      title: 'INVITE to dispatch',
      description:
        'p95 of the time until livekit-server has answered which room a call belongs to. Seconds: a slow Redis or a busy server. Callers have no audio until then.',
      unit: 's',
      noData: NOT_SCRAPED,
      queries: [
        promql(quantile(0.95, 'livekit_sip_dur_check_sec', scope.inCluster, ['dir']), '{{dir}}'),
      ],
    }),
    graph({
      title: 'INVITE to audio of the room',
      description:
        'p50 and p95. It includes the time in which a phone rings, or a caller enters a PIN.',
      unit: 's',
      noData: NOT_SCRAPED,
      queries: [0.5, 0.95].map((share) =>
        promql(
          quantile(share, 'livekit_sip_dur_join_sec', scope.inCluster, ['dir']),
          `p${share * 100} {{dir}}`,
        ),
      ),
    }),
    graph({
      title: 'SIP audio packets',
      description:
        'Per second, sent to phones (send) and received (recv). 50 per second and call with G.711; one of them alone: one-way audio.',
      unit: PER_SECOND,
      noData: NOT_SCRAPED,
      queries: [promql(rate('livekit_sip_packets_rtp', scope.inCluster, ['op']), '{{op}}')],
    }),
  ],
});
