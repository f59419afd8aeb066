/**
 * The example of `swarm init`: a scenario that runs in seconds and shows each part of the language.
 * @param name of the scenario
 * @param file as it is called on a command line
 * @param schema where editors find the JSON Schema; undefined where unknown
 */
export const firstScenario = (name: string, file: string, schema: string | undefined): string =>
  `${schema === undefined ? '' : `# yaml-language-server: $schema=${schema}\n`}# A load for swarm. Try it:
#
#     swarm validate ${file}
#     swarm run ${file}
#     swarm run ${file} --scale large
#
# Without --url a livekit-server is started for it on this host.
scenario: ${name}
description: Video meetings of two publishers and two subscribers.

# Carried along into reports.
tags: { team: voice }

# Media by name, for roles to publish.
profiles:
  camera: [audio, { video: 360p, codec: vp8, simulcast: true }]

# Rooms that are alike. Several groups run side by side.
groups:
  meetings:
    # How rooms come and go. There are also ramping-rooms, constant-arrival-rate, ramping-arrival-rate, per-room-churn and timetable.
    executor: constant-rooms
    rooms: 3
    # Participants per second, over all rooms.
    joinRate: 6/s
    # Counted from the last scheduled join.
    duration: 10s
    # Who is in each room.
    roles:
      speaker:
        count: 2
        publish: camera
        # What they look at: all, speaker, grid:N, audio-only or none.
        layout: grid:4
      listener:
        count: 2
        layout: speaker

# Parts of the run that get a name.
windows:
  - { name: all-joined, from: 4s, to: 10s }

# What must hold, else the run fails (exit code 99). Sensible defaults come on top.
thresholds:
  join_time: [p(95)<2000]
  # Of some only: by kind, role, group, direction or codec.
  packet_loss{kind:audio}: [rate<0.01]
  # Of a part of the run only: a stretch or stage by name, joining or steady.
  media_latency{kind:audio}@all-joined: [p(95)<200]
  join_failures:
    - rate<0.01
    # This one ends the run when it is hopeless.
    - { threshold: rate<0.5, abortOnFail: true, delayAbortEval: 5s }

# By --scale NAME: what is otherwise then.
scales:
  large:
    groups:
      meetings: { rooms: 50, joinRate: 20/s, duration: 60s }
`;
