import type { Alert } from '../rule.ts';

const PROBE = 'job="swarm-probe", target="prod", module="audio_pair", node="node-1"';
const LABELS = { job: 'swarm-probe', target: 'prod', module: 'audio_pair', node: 'node-1' };

/** What two people of ours find out, and what the registry says. */
export const PROBE_ALERTS: readonly Alert[] = [
  {
    name: 'LiveKitProbeFailing',
    severity: 'critical',
    expr: 'swarm_probe_success == 0',
    for: '2m',
    summary: 'A test call fails.',
    description:
      'Calls of {{ $labels.module }} to {{ $labels.target }} ({{ $labels.node }}) fail for two minutes. swarm_probe_failure says why.',
    dashboard: 'probes',
    proof: {
      series: { [`swarm_probe_success{${PROBE}}`]: '1x5 0x20' },
      silentAt: '6m',
      firesAt: '9m',
      fires: [
        {
          labels: LABELS,
          description:
            'Calls of audio_pair to prod (node-1) fail for two minutes. swarm_probe_failure says why.',
        },
      ],
    },
  },
  {
    name: 'LiveKitSplitBrain',
    severity: 'critical',
    // Both got in, and one of them is alone: nothing that the server exports shows that. Behind a load balancer a call is split or not as chance has it, so it
    // need not be every call: more than a minute of the last five, which is more than one call even of those that are made once a minute.
    expr: `count_over_time((
  min without (side) (swarm_probe_remote_participants) == 0
  and
  count without (side, phase) (swarm_probe_phase_seconds{phase="dtls"}) == 2
)[5m:15s]) > 4`,
    for: '0s',
    summary: 'Two people in the same room do not meet.',
    description:
      'Both participants of the test call to {{ $labels.target }} ({{ $labels.node }}) are in the room, and one does not see the other: the room exists twice.',
    dashboard: 'probes',
    proof: {
      series: {
        // One call that went wrong is not enough; every second one is.
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
            'Both participants of the test call to prod (node-1) are in the room, and one does not see the other: the room exists twice.',
        },
      ],
    },
  },
  {
    name: 'LiveKitGhostRooms',
    severity: 'warning',
    expr: 'swarm_lifecycle_ghost_rooms > 0',
    for: '2m',
    summary: 'The API lists rooms that no node serves.',
    description:
      '{{ $value }} rooms of {{ $labels.target }} are listed and belong to a node that is gone. Lists and counts of rooms are wrong until they are joined again or expire.',
    dashboard: 'rooms',
    proof: {
      series: { 'swarm_lifecycle_ghost_rooms{job="swarm-exporter", target="prod"}': '0x5 3x20' },
      silentAt: '6m',
      firesAt: '9m',
      fires: [
        {
          labels: { job: 'swarm-exporter', target: 'prod' },
          description:
            '3 rooms of prod are listed and belong to a node that is gone. Lists and counts of rooms are wrong until they are joined again or expire.',
        },
      ],
    },
  },
];
