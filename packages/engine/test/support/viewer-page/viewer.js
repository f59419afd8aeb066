/**
 * Page of a user's browser in a room. Tests call `viewer.*` with plain objects; the types are in
 * ../viewer.ts.
 */
const { ExternalE2EEKeyProvider, Room, RoomEvent, VideoQuality } = globalThis.LivekitClient;

/**
 * Encryption options from a passphrase, or random bytes in base64, in the page's address; without
 * them: no encryption.
 */
const fragment = new URLSearchParams(location.hash.slice(1));
const keyProvider = fragment.size > 0 ? new ExternalE2EEKeyProvider() : null;
const encryption = keyProvider && {
  keyProvider,
  worker: new Worker('/e2ee-worker.js', { type: 'module' }),
};
const room = new Room({
  adaptiveStream: false,
  dynacast: true,
  ...(encryption && { encryption }),
});
const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
const encrypt = async () => {
  if (keyProvider === null) return;
  await keyProvider.setKey(fragment.get('passphrase') ?? bytesOf(fragment.get('key')));
  await room.setE2EEEnabled(true);
};

let [messages, encryptionErrors] = [0, 0];
room.on(RoomEvent.DataReceived, () => {
  messages += 1;
});
room.on(RoomEvent.EncryptionError, () => {
  encryptionErrors += 1;
});
room.on(RoomEvent.TrackSubscribed, (track, _publication, participant) => {
  const element = track.attach();
  element.dataset.from = participant.identity;
  document.body.append(element);
});
room.on(RoomEvent.TrackUnsubscribed, (track) => {
  for (const element of track.detach()) element.remove();
});

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const subscriptions = () =>
  [...room.remoteParticipants.values()].flatMap(({ identity, trackPublications }) =>
    [...trackPublications.values()]
      .filter(({ track }) => track !== undefined)
      .map((publication) => ({ identity, publication, track: publication.track })),
  );

const subscriptionOf = (identity, kind) => {
  const found = subscriptions().find(
    ({ identity: from, track }) => from === identity && track.kind === kind,
  );
  if (found === undefined) throw new Error(`no ${kind} of ${identity} is subscribed to`);
  return found;
};

/** inbound-rtp statistics of each track (W3C webrtc-stats), unchanged. */
const report = () =>
  Promise.all(
    subscriptions().map(async ({ identity, track }) => {
      const all = [...(await track.receiver.getStats()).values()];
      const inbound = all.find(({ type }) => type === 'inbound-rtp') ?? {};
      const { mimeType = '' } = all.find(({ id }) => id === inbound.codecId) ?? {};
      return { ...inbound, from: identity, kind: track.kind, mimeType };
    }),
  );

const WIDTH = 160;
const HEIGHT = 90;

const draw = (video) => {
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(video, 0, 0, WIDTH, HEIGHT);
  return context.getImageData(0, 0, WIDTH, HEIGHT).data;
};

/** Capture the video twice. Returns its content, and the share of it that changed. */
const look = async (identity, pauseMs) => {
  const video = document.querySelector(`video[data-from="${identity}"]`);
  const before = draw(video);
  await sleep(pauseMs);
  const after = draw(video);
  let [changed, orange] = [0, 0];
  for (let at = 0; at < after.length; at += 4) {
    const [red, green, blue] = after.subarray(at, at + 3);
    const difference =
      Math.abs(red - before[at]) +
      Math.abs(green - before[at + 1]) +
      Math.abs(blue - before[at + 2]);
    if (difference > 24) changed += 1;
    if (red > 220 && green > 130 && green < 200 && blue < 60) orange += 1;
  }
  const pixels = WIDTH * HEIGHT;
  return {
    width: video.videoWidth,
    height: video.videoHeight,
    changed: changed / pixels,
    orange: orange / pixels,
  };
};

/** Measure the loudest root mean square (0 … 1) of a window of 2,048 samples within `forMs`. */
const listen = async (identity, forMs) => {
  const { track } = subscriptionOf(identity, 'audio');
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  context.createMediaStreamSource(new MediaStream([track.mediaStreamTrack])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let loudest = 0;
  for (const end = performance.now() + forMs; performance.now() < end; await sleep(40)) {
    analyser.getFloatTimeDomainData(samples);
    loudest = Math.max(
      loudest,
      Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length),
    );
  }
  await context.close();
  return loudest;
};

/** Compare the left and the right channel for a second. Returns true if they differ. */
const channelsDiffer = async (identity) => {
  const { track } = subscriptionOf(identity, 'audio');
  const context = new AudioContext();
  const source = context.createMediaStreamSource(new MediaStream([track.mediaStreamTrack]));
  const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
  source.connect(splitter);
  const ears = [0, 1].map((channel) => {
    const analyser = new AnalyserNode(context, { fftSize: 2048 });
    splitter.connect(analyser, channel);
    return { analyser, samples: new Float32Array(2048) };
  });
  let differ = false;
  for (let look = 0; look < 20; look += 1) {
    await sleep(50);
    for (const { analyser, samples } of ears) analyser.getFloatTimeDomainData(samples);
    const [left, right] = ears.map(({ samples }) => samples);
    // A mono track has one channel: the right output of the splitter is silent.
    const isMono = right.every((sample) => sample === 0);
    differ ||= !isMono && left.some((sample, at) => Math.abs(sample - right[at]) > 0.01);
  }
  await context.close();
  return differ;
};

globalThis.viewer = {
  join: async (url, token) => {
    await encrypt();
    await room.connect(url, token);
  },
  say: () => room.localParticipant.publishData(new Uint8Array(40), { reliable: true }),
  heard: () => ({ messages, encryptionErrors }),
  publish: () => room.localParticipant.enableCameraAndMicrophone(),
  decodes: (mimeType) =>
    RTCRtpReceiver.getCapabilities('video').codecs.some((codec) => codec.mimeType === mimeType),
  setEnabled: (identity, enabled) =>
    subscriptionOf(identity, 'video').publication.setEnabled(enabled),
  wantQuality: (identity, quality) =>
    subscriptionOf(identity, 'video').publication.setVideoQuality(VideoQuality[quality]),
  report,
  look,
  listen,
  channelsDiffer,
};
