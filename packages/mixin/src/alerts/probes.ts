import { type Labels, type Names, seriesOf } from '../config/names.ts';
import type { Alert } from '../rule.ts';
import { failedTwice } from './failed-twice.ts';

/** Alerts on results of probes, and on ghost rooms. */
export const probeAlerts = (names: Names): readonly Alert[] => {
  const { cluster, test } = names;
  const of = (node: string): Labels => ({
    ...test.of('exporter', 'e:1'),
    job: 'swarm-probe',
    target: 'prod',
    module: 'audio_pair',
    ...(node === '' ? {} : { node }),
  });
  const success = (node: string): string => seriesOf('livekit_swarm_probe_success', of(node));
  const failures = (node: string): string =>
    seriesOf('livekit_swarm_probe_runs_total', of(node), { result: 'failure' });
  // These have alerts of their own: few users need other paths, and agents are not LiveKit.
  const OTHERS = `on (${cluster}, target, module, node) (livekit_swarm_probe_path_success{path!~"direct|auto"} or livekit_swarm_probe_agent_success)`;
  const exporter = { ...test.of('exporter', 'e:1'), target: 'prod' };
  const call = { ...of(''), module: 'support' };
  const radio = { ...of(''), module: 'radio' };
  const path = (node: string, name: string): string =>
    seriesOf('livekit_swarm_probe_path_success', of(node), { path: name });
  return [
    {
      name: 'LiveKitProbeFailing',
      severity: 'critical',
      // Probes through the load balancer take the same path as users.
      expr: `(livekit_swarm_probe_success{node=""} == 0 unless ${OTHERS})
${failedTwice(names)}`,
      for: '2m',
      summary: 'Synthetic probe fails.',
      description:
        'Probe {{ $labels.module }} of {{ $labels.target }} has failed at least twice: users cannot call. See livekit_swarm_probe_failure for the reason.',
      dashboard: 'probes',
      test: {
        series: {
          // One probe in five minutes fails; later all fail. Calls of an agent do not count.
          [success('')]: '1x5 0x4 1x9 0x30',
          [failures('')]: '3x5 4x14 5x4 6x4 7x20',
          [seriesOf('livekit_swarm_probe_success', call)]: '0x50',
          [seriesOf('livekit_swarm_probe_agent_success', call, { agent: 'support' })]: '0x50',
          [seriesOf('livekit_swarm_probe_runs_total', call, { result: 'failure' })]: '0+1x50',
        },
        silentAt: '9m',
        firesAt: '30m',
        fires: [
          {
            labels: of(''),
            description:
              'Probe audio_pair of prod has failed at least twice: users cannot call. See livekit_swarm_probe_failure for the reason.',
          },
        ],
      },
      furtherTests: [
        {
          // The exporter restarts after a failed probe, and its first probe fails.
          series: {
            [success('')]: '1x5 0x4 1x4 0x4 1x35 0x30',
            [failures('')]: '2x5 3x9 1x4 1x35 2x5 3x25',
          },
          silentAt: '20m',
          firesAt: '67m',
          fires: [
            {
              labels: of(''),
              description:
                'Probe audio_pair of prod has failed at least twice: users cannot call. See livekit_swarm_probe_failure for the reason.',
            },
          ],
        },
      ],
    },
    {
      name: 'LiveKitProbeFailing',
      severity: 'warning',
      // Probes of a single node bypass the load balancer that users join through.
      expr: `(livekit_swarm_probe_success{node!=""} == 0 unless ${OTHERS})
${failedTwice(names)}`,
      for: '2m',
      summary: 'Synthetic probe fails.',
      description:
        'Probe {{ $labels.module }} of {{ $labels.target }} has failed at least twice at {{ $labels.node }}. See livekit_swarm_probe_failure for the reason.',
      dashboard: 'probes',
      test: {
        series: { [success('node-1')]: '1x5 0x30', [failures('node-1')]: '0x5 1x4 2x4 3x20' },
        silentAt: '9m',
        firesAt: '20m',
        fires: [
          {
            labels: of('node-1'),
            description:
              'Probe audio_pair of prod has failed at least twice at node-1. See livekit_swarm_probe_failure for the reason.',
          },
        ],
      },
    },
    {
      name: 'LiveKitPathFailing',
      severity: 'warning',
      // A path is not the cause when a voice agent fails.
      expr: `(livekit_swarm_probe_path_success{path!~"direct|auto"} == 0 unless on (${cluster}, target, module, node) livekit_swarm_probe_agent_success)
${failedTwice(names)}`,
      for: '5m',
      summary: 'Users who need this path cannot connect.',
      description:
        'Media does not pass by {{ $labels.path }} to {{ $labels.target }} ({{ $labels.node }}): users whose firewall leaves them no other way have no calls.',
      dashboard: 'probes',
      test: {
        series: {
          [path('node-1', 'turn-tls')]: '1x5 0x40',
          [failures('node-1')]: '0x5 1x4 2x4 3x40',
          // LiveKitProbeFailing covers UDP and the path that ICE chooses.
          [path('node-2', 'direct')]: '0x45',
          [failures('node-2')]: '0+1x45',
          // LiveKitAgentCallFailing covers calls of an agent.
          [seriesOf('livekit_swarm_probe_path_success', call, { path: 'turn-tls' })]: '0x45',
          [seriesOf('livekit_swarm_probe_agent_success', call, { agent: 'support' })]: '0x45',
          [seriesOf('livekit_swarm_probe_runs_total', call, { result: 'failure' })]: '0+1x45',
        },
        silentAt: '9m',
        firesAt: '20m',
        fires: [
          {
            labels: { ...of('node-1'), path: 'turn-tls' },
            description:
              'Media does not pass by turn-tls to prod (node-1): users whose firewall leaves them no other way have no calls.',
          },
        ],
      },
    },
    {
      name: 'LiveKitStreamFailing',
      severity: 'critical',
      // Streams have no livekit_swarm_probe_success: calls may work while they fail.
      expr: `livekit_swarm_probe_hls_success == 0
${failedTwice(names)}`,
      for: '2m',
      summary: 'Listeners of an HLS stream hear interruptions, or nothing.',
      description:
        'Probe {{ $labels.module }} has followed its HLS stream and failed at least twice: listeners hear interruptions, or nothing. See livekit_swarm_probe_failure for the reason.',
      dashboard: 'probes',
      test: {
        // One probe in five minutes fails; later all fail.
        series: {
          [seriesOf('livekit_swarm_probe_hls_success', radio)]: '1x5 0x4 1x9 0x30',
          [seriesOf('livekit_swarm_probe_runs_total', radio, { result: 'failure' })]:
            '3x5 4x14 5x4 6x4 7x20',
        },
        silentAt: '9m',
        firesAt: '30m',
        fires: [
          {
            labels: radio,
            description:
              'Probe radio has followed its HLS stream and failed at least twice: listeners hear interruptions, or nothing. See livekit_swarm_probe_failure for the reason.',
          },
        ],
      },
    },
    {
      name: 'LiveKitSplitBrain',
      severity: 'critical',
      // Both participants joined, and one does not see the other; no metric of the server shows
      // that. Behind a load balancer only some probes are split, perhaps not the last one: a minute
      // within the last five fires, one probe does not.
      expr: `count_over_time((
  min without (side) (livekit_swarm_probe_remote_participants) == 0
  and
  count without (side, phase) (livekit_swarm_probe_phase_seconds{phase="dtls"}) == 2
)[5m:15s]) > 4
${failedTwice(names)}`,
      for: '0s',
      summary: 'A room exists on two nodes.',
      description:
        'Both probe participants joined the same room on {{ $labels.target }} ({{ $labels.node }}), but one does not see the other. Only a restart of the room joins them again.',
      dashboard: 'probes',
      test: {
        series: {
          // A single failed probe does not fire, even as the last one; every second one does.
          [seriesOf('livekit_swarm_probe_remote_participants', of('node-1'), { side: 'a' })]:
            '1x25',
          [seriesOf('livekit_swarm_probe_remote_participants', of('node-1'), { side: 'b' })]:
            '1x3 0x3 1x5 0 1 0 1x10',
          [seriesOf('livekit_swarm_probe_phase_seconds', of('node-1'), {
            side: 'a',
            phase: 'dtls',
          })]: '0.1x25',
          [seriesOf('livekit_swarm_probe_phase_seconds', of('node-1'), {
            side: 'b',
            phase: 'dtls',
          })]: '0.1x25',
          [failures('node-1')]: '0x3 1x8 1 2 2 3 3x10',
        },
        silentAt: '8m',
        firesAt: '16m',
        fires: [
          {
            labels: of('node-1'),
            description:
              'Both probe participants joined the same room on prod (node-1), but one does not see the other. Only a restart of the room joins them again.',
          },
        ],
      },
    },
    {
      name: 'LiveKitGhostRooms',
      severity: 'warning',
      // Most ghost rooms expire within a minute.
      expr: 'livekit_swarm_lifecycle_ghost_rooms > 0',
      for: '10m',
      summary: 'The API lists rooms that no node holds.',
      description:
        '{{ $value }} rooms of {{ $labels.target }} belong to a node that is gone. Room counts are wrong until they are rejoined or expire.',
      dashboard: 'rooms',
      test: {
        series: { [seriesOf('livekit_swarm_lifecycle_ghost_rooms', exporter)]: '0x5 3x20' },
        silentAt: '14m',
        firesAt: '20m',
        fires: [
          {
            labels: exporter,
            description:
              '3 rooms of prod belong to a node that is gone. Room counts are wrong until they are rejoined or expire.',
          },
        ],
      },
    },
  ];
};
