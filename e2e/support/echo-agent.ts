/**
 * `echo-agent.ts URL TOKEN`: joins a room as an agent, and publishes the audio that it receives
 * from the first participant. Writes `ready` when it does.
 */
import {
  AudioSource,
  AudioStream,
  LocalAudioTrack,
  Room,
  RoomEvent,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';

const SAMPLE_RATE = 48_000;

const [url = '', token = ''] = process.argv.slice(2);
const room = new Room();
const source = new AudioSource(SAMPLE_RATE, 1);
room.on(RoomEvent.TrackSubscribed, async (track) => {
  if (track.kind !== TrackKind.KIND_AUDIO) return;
  for await (const frame of new AudioStream(track, SAMPLE_RATE, 1))
    await source.captureFrame(frame);
});
await room.connect(url, token, { autoSubscribe: true, dynacast: false });
await room.localParticipant?.publishTrack(
  LocalAudioTrack.createAudioTrack('echo', source),
  new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE }),
);
process.stdout.write('ready\n');
