import { executorNames } from '@livekit-swarm/scenario';

const EXECUTOR = 'constant-rooms';

/**
 * The example of `swarm init`: a scenario that runs in seconds and shows each part of the language.
 * @param name of the scenario
 * @param file as it is called on a command line
 * @param schema where editors find the JSON Schema
 */
export const firstScenario = (name: string, file: string, schema: string): string =>
  `# yaml-language-server: $schema=${schema}
# A load for swarm. Try:
#
#     swarm validate ${file}
#     swarm run ${file}
#     swarm run ${file} --scale large
#
# Without --url a livekit-server is started for it on this host.
scenario: ${name}
description: Video meetings of two publishers and two subscribers.

# Copied into reports.
tags: { team: voice }

# Media by name, for roles to publish.
profiles:
  camera: [audio, { video: 360p, codec: vp8, simulcast: true }]

# Rooms that are alike. Several groups run at the same time.
groups:
  meetings:
    # How rooms open and close. Other executors:
    # ${executorNames()
      .filter((executor) => executor !== EXECUTOR)
      .join(', ')}.
    executor: ${EXECUTOR}
    rooms: 3
    # Participants per second, over all rooms.
    joinRate: 6/s
    # From the last scheduled join.
    duration: 10s
    # The participants of each room.
    roles:
      speaker:
        count: 2
        publish: camera
        # What they subscribe to: all, speaker, grid:N, audio-only or none.
        layout: grid:4
      listener:
        count: 2
        layout: speaker

# Named parts of the run.
windows:
  - { name: all-joined, from: 4s, to: 10s }

# Conditions that must be met, else the run fails (exit code 99). Defaults are added.
thresholds:
  join_time: [p(95)<2000]
  # With a selector: kind, role, group, direction or codec.
  packet_loss{kind:audio}: [rate<0.01]
  # In a part of the run: a named window, a stage, joining or steady.
  media_latency{kind:audio}@all-joined: [p(95)<200]
  join_failures:
    - rate<0.01
    # This one ends the run when it is crossed.
    - { threshold: rate<0.5, abortOnFail: true, delayAbortEval: 5s }

# Changes for --scale NAME.
scales:
  large:
    groups:
      meetings: { rooms: 50, joinRate: 20/s, duration: 60s }
`;
