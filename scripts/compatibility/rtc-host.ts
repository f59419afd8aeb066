/** Process with two rooms of @livekit/rtc-node; `rtc-pair.ts` starts it and sends it calls. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AudioFrame,
  AudioSource,
  AudioStream,
  LocalAudioTrack,
  LocalVideoTrack,
  type RemoteTrack,
  Room,
  RoomEvent,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
  VideoBufferType,
  VideoFrame,
  VideoSource,
  VideoStream,
} from '@livekit/rtc-node';
import { messageOf } from '@livekit-swarm/settings';
import type { PairState, Received, Reports } from './pair.ts';
import type { RtcAnswer, RtcCall } from './rtc-pair.ts';

const SAMPLE_RATE = 48_000;
const SAMPLES = SAMPLE_RATE / 100;
const [WIDTH, HEIGHT] = [320, 180];
const FRAME_MS = 66;

const reports: Reports = { resumed: 0, reconnected: 0, disconnected: 0 };
const received: [Received, Received] = [
  { audio: 0, video: 0, messages: 0 },
  { audio: 0, video: 0, messages: 0 },
];
const rooms: Room[] = [];

const speak = async (source: AudioSource): Promise<void> => {
  for (let frame = 0; ; frame++) {
    const samples = Int16Array.from(
      { length: SAMPLES },
      (_, sample) =>
        6_000 * Math.sin(((frame * SAMPLES + sample) * 2 * Math.PI * 240) / SAMPLE_RATE),
    );
    // `captureFrame` waits while its queue is full, and so sets the pace.
    await source.captureFrame(new AudioFrame(samples, SAMPLE_RATE, 1, SAMPLES));
  }
};

const draw = async (source: VideoSource): Promise<void> => {
  const picture = new Uint8Array(WIDTH * HEIGHT * 1.5);
  for (let frame = 0; ; frame++) {
    picture.fill(frame % 256);
    source.captureFrame(new VideoFrame(picture, WIDTH, HEIGHT, VideoBufferType.I420));
    await sleep(FRAME_MS);
  }
};

/** Counts decoded frames until the track ends. */
const count = async (track: RemoteTrack, own: Received): Promise<void> => {
  const kind = track.kind === TrackKind.KIND_VIDEO ? 'video' : 'audio';
  const frames = (kind === 'video' ? new VideoStream(track) : new AudioStream(track)).getReader();
  while (!(await frames.read()).done) own[kind]++;
};

const open = async (own: Received, url: string, token: string): Promise<void> => {
  const room = new Room();
  rooms.push(room);
  // rtc-node reports a resume and a full reconnect alike.
  room.on(RoomEvent.Reconnected, () => reports.reconnected++);
  room.on(RoomEvent.Disconnected, () => reports.disconnected++);
  room.on(RoomEvent.DataReceived, () => own.messages++);
  room.on(RoomEvent.TrackSubscribed, (track) => void count(track, own));
  await room.connect(url, token, { autoSubscribe: true, dynacast: false });
  const audio = new AudioSource(SAMPLE_RATE, 1, 200);
  const video = new VideoSource(WIDTH, HEIGHT);
  void speak(audio);
  void draw(video);
  const { localParticipant } = room;
  await localParticipant?.publishTrack(
    LocalAudioTrack.createAudioTrack('audio', audio),
    new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE }),
  );
  await localParticipant?.publishTrack(
    LocalVideoTrack.createVideoTrack('video', video),
    new TrackPublishOptions({ source: TrackSource.SOURCE_CAMERA, simulcast: false }),
  );
};

const answer = async (call: RtcCall): Promise<PairState | null> => {
  switch (call.type) {
    case 'join':
      await Promise.all(
        received.map((own, index) => open(own, call.url, call.tokens[index] ?? '')),
      );
      return null;
    case 'say':
      for (const { localParticipant } of rooms)
        await localParticipant?.publishData(new TextEncoder().encode('hello'), { reliable: true });
      return null;
    case 'read':
      return { received, reports };
  }
};

const send = (message: RtcAnswer): void => {
  if (process.connected) process.send?.(message);
};

process.on('message', (message) => {
  const call = message as RtcCall;
  answer(call).then(
    (state) => send({ id: call.id, state }),
    (error: unknown) => send({ id: call.id, error: messageOf(error) }),
  );
});
// SIGKILL, because no native thread may delay the end.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
