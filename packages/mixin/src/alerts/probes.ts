import type { Alert } from '../rule.ts';

const PROBE = 'job="swarm-probe", target="prod", module="audio_pair", node="node-1"';
const LABELS = { job: 'swarm-probe', target: 'prod', module: 'audio_pair', node: 'node-1' };

/** Results of probes, and ghost rooms. */
export const PROBE_ALERTS: readonly Alert[] = [
  {
    name: 'LiveKitProbeFailing',
    severity: 'critical',
    // Another path than UDP has an alert of its own: most users are not concerned.
    expr: `swarm_probe_success == 0
unless on (target, module, node) swarm_probe_path_success{path!~"direct|auto"}`,
    for: '2m',
    summary: 'Synthetic probe fails.',
    description:
      'Probe {{ $labels.module }} of {{ $labels.target }} ({{ $labels.node }}) has failed for two minutes. See swarm_probe_failure for the reason.',
    dashboard: 'probes',
    test: {
      series: { [`swarm_probe_success{${PROBE}}`]: '1x5 0x20' },
      silentAt: '6m',
      firesAt: '9m',
      fires: [
        {
          labels: LABELS,
          description:
            'Probe audio_pair of prod (node-1) has failed for two minutes. See swarm_probe_failure for the reason.',
        },
      ],
    },
  },
  {
    name: 'LiveKitPathFailing',
    severity: 'warning',
    expr: 'swarm_probe_path_success{path!~"direct|auto"} == 0',
    for: '5m',
    summary: 'Users who need this path cannot connect.',
    description:
      'Media has not passed by {{ $labels.path }} to {{ $labels.target }} ({{ $labels.node }}) for five minutes: users whose firewall leaves them no other way have no calls.',
    dashboard: 'probes',
    test: {
      series: {
        [`swarm_probe_path_success{${PROBE}, path="turn-tls"}`]: '1x5 0x40',
        // UDP and ICE's own choice are the concern of LiveKitProbeFailing.
        [`swarm_probe_path_success{${PROBE}, path="direct"}`]: '0x45',
      },
      silentAt: '6m',
      firesAt: '12m',
      fires: [
        {
          labels: { ...LABELS, path: 'turn-tls' },
          description:
            'Media has not passed by turn-tls to prod (node-1) for five minutes: users whose firewall leaves them no other way have no calls.',
        },
      ],
    },
  },
  {
    name: 'LiveKitSplitBrain',
    severity: 'critical',
    // Both participants joined, and one does not see the other; no metric of the server shows that. Behind a load balancer,
    // only some probes are split. More than one minute of the last five is more than one probe, even at one probe per minute.
    expr: `count_over_time((
  min without (side) (swarm_probe_remote_participants) == 0
  and
  count without (side, phase) (swarm_probe_phase_seconds{phase="dtls"}) == 2
)[5m:15s]) > 4`,
    for: '0s',
    summary: 'A room exists on two nodes.',
    description:
      'Both probe participants joined the same room on {{ $labels.target }} ({{ $labels.node }}), but one does not see the other.',
    dashboard: 'probes',
    test: {
      series: {
        // One failed probe is not enough; every second one is.
        [`swarm_probe_remote_participants{${PROBE}, side="a"}`]: '1x25',
        [`swarm_probe_remote_participants{${PROBE}, side="b"}`]: '1x3 0 1x8 0 1 0 1x10',
        [`swarm_probe_phase_seconds{${PROBE}, side="a", phase="dtls"}`]: '0.1x25',
        [`swarm_probe_phase_seconds{${PROBE}, side="b", phase="dtls"}`]: '0.1x25',
      },
      silentAt: '6m',
      firesAt: '16m',
      fires: [
        {
          labels: LABELS,
          description:
            'Both probe participants joined the same room on prod (node-1), but one does not see the other.',
        },
      ],
    },
  },
  {
    name: 'LiveKitGhostRooms',
    severity: 'warning',
    expr: 'swarm_lifecycle_ghost_rooms > 0',
    for: '2m',
    summary: 'The API lists rooms that no node holds.',
    description:
      '{{ $value }} rooms of {{ $labels.target }} belong to a node that is gone. Room counts are wrong until they are rejoined or expire.',
    dashboard: 'rooms',
    test: {
      series: { 'swarm_lifecycle_ghost_rooms{job="swarm-exporter", target="prod"}': '0x5 3x20' },
      silentAt: '6m',
      firesAt: '9m',
      fires: [
        {
          labels: { job: 'swarm-exporter', target: 'prod' },
          description:
            '3 rooms of prod belong to a node that is gone. Room counts are wrong until they are rejoined or expire.',
        },
      ],
    },
  },
];
