import { expect, test } from 'vitest';
import { figuresOf, nodeIdOf, readExposition } from './livekit-metrics.ts';

const text = `# HELP go_goroutines Number of goroutines that currently exist.
# TYPE go_goroutines gauge
go_goroutines 887
livekit_packet_bytes{country="",direction="incoming",node_id="ND_a",node_type="SERVER",transmission="initial"} 1000
livekit_packet_bytes{country="DE, \\"x\\"",direction="outgoing",node_id="ND_a",node_type="SERVER",transmission="initial"} 3e+06
livekit_packet_bytes{country="",direction="outgoing",node_id="ND_a",node_type="SERVER",transmission="retransmit"} 500
livekit_participant_total{node_id="ND_a",node_type="SERVER"} 10
livekit_room_total{node_id="ND_a",node_type="SERVER"} 5
livekit_track_published_total{kind="AUDIO",node_id="ND_a",node_type="SERVER"} 4
livekit_track_published_total{kind="VIDEO",node_id="ND_a",node_type="SERVER"} 3
process_cpu_seconds_total 12.5
process_resident_memory_bytes 9.17e+07
livekit_room_duration_seconds_bucket{node_id="ND_a",le="5"} 3
`;

test('the metrics of a node become its figures; a counter without a series is zero', () => {
  const series = readExposition(text);
  expect(nodeIdOf(series)).toBe('ND_a');
  expect(figuresOf(series)).toEqual({
    cpuSeconds: 12.5,
    memoryBytes: 91_700_000,
    goroutines: 887,
    rooms: 5,
    participants: 10,
    tracks: 7,
    subscriptions: 0,
    bytesUp: 1_000,
    bytesDown: 3_000_500,
    packetsUp: 0,
    packetsDown: 0,
    drops: 0,
  });
});

test('metrics of another program are not accepted as those of a node', () => {
  expect(nodeIdOf(readExposition('go_goroutines 12\nprocess_cpu_seconds_total 3\n'))).toBeNull();
  expect(nodeIdOf(readExposition('<html>livekit_room_total</html>'))).toBeNull();
});
