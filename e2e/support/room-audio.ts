/**
 * `room-audio.ts URL TOKEN`: joins a room, and writes the first audio that it receives to stdout,
 * decoded: 48 kHz, stereo, 16 bits. It ends by a signal, or when nothing reads its output.
 */
import { AudioStream, Room, RoomEvent, TrackKind } from '@livekit/rtc-node';

const SAMPLE_RATE = 48_000;
const CHANNELS = 2;

const [url = '', token = ''] = process.argv.slice(2);
process.stdout.on('error', () => process.exit());
const room = new Room();
let isHeard = false;
room.on(RoomEvent.TrackSubscribed, async (track) => {
  if (track.kind !== TrackKind.KIND_AUDIO || isHeard) return;
  isHeard = true;
  for await (const { data } of new AudioStream(track, SAMPLE_RATE, CHANNELS))
    process.stdout.write(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
});
await room.connect(url, token, { autoSubscribe: true, dynacast: false });
