// Runs in the browser, beside the UMD bundle of a livekit-client of any version 2.
/* global LivekitClient */
(() => {
  const { Room, RoomEvent, Track, LocalAudioTrack, LocalVideoTrack } = LivekitClient;
  LivekitClient.setLogLevel('error');
  const reports = { resumed: 0, reconnected: 0, disconnected: 0 };
  const messages = [0, 0];
  const rooms = [];

  const voice = () => {
    const context = new AudioContext({ sampleRate: 48_000 });
    const tone = new OscillatorNode(context, { type: 'sawtooth', frequency: 140 });
    const output = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    tone.connect(output);
    tone.start();
    return output.stream.getAudioTracks()[0];
  };
  const picture = () => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 320, height: 180 });
    const drawing = canvas.getContext('2d', { alpha: false });
    let frame = 0;
    setInterval(() => {
      drawing.fillStyle = `hsl(${frame % 360} 50% 50%)`;
      drawing.fillRect(0, 0, 320, 180);
      drawing.fillStyle = '#fff';
      drawing.fillRect((frame++ * 3) % 320, 40, 40, 100);
    }, 66);
    return canvas.captureStream(15).getVideoTracks()[0];
  };

  const open = async (index, url, token) => {
    const room = new Room({ adaptiveStream: false, dynacast: false, disconnectOnPageLeave: false });
    rooms[index] = room;
    // A full reconnect begins with `Reconnecting`, a resume with `SignalReconnecting`.
    let isFull = false;
    room.on(RoomEvent.Reconnecting, () => {
      isFull = true;
    });
    room.on(RoomEvent.Reconnected, () => {
      reports[isFull ? 'reconnected' : 'resumed']++;
      isFull = false;
    });
    room.on(RoomEvent.Disconnected, () => reports.disconnected++);
    room.on(RoomEvent.DataReceived, () => messages[index]++);
    await room.connect(url, token, { maxRetries: 0 });
    const { localParticipant } = room;
    await localParticipant.publishTrack(new LocalAudioTrack(voice(), undefined, true), {
      source: Track.Source.Microphone,
      dtx: false,
    });
    await localParticipant.publishTrack(new LocalVideoTrack(picture(), undefined, true), {
      source: Track.Source.Camera,
      simulcast: false,
      videoCodec: 'vp8',
    });
  };

  const received = async (index) => {
    const total = { audio: 0, video: 0, messages: messages[index] };
    for (const { trackPublications } of rooms[index].remoteParticipants.values())
      for (const { track } of trackPublications.values())
        for (const stat of (await track?.getRTCStatsReport())?.values() ?? [])
          if (stat.type === 'inbound-rtp')
            // Video counts when it is decoded.
            total[stat.kind] +=
              stat.kind === 'audio' ? stat.packetsReceived : (stat.framesDecoded ?? 0);
    return total;
  };

  globalThis.pair = {
    join: (url, tokens) => Promise.all(tokens.map((token, index) => open(index, url, token))),
    say: () =>
      Promise.all(
        rooms.map(({ localParticipant }) =>
          localParticipant.publishData(new TextEncoder().encode('hello'), { reliable: true }),
        ),
      ),
    read: async () => ({ received: await Promise.all([received(0), received(1)]), reports }),
  };
})();
