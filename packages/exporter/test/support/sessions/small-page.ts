/**
 * Page like that of docs/beacon.md with small video, so that several pages run on two cores, and
 * with reports every five seconds.
 */
export const SMALL_PAGE = `<!doctype html>
<meta charset="utf-8">
<title>A small call</title>
<script type="importmap">
  { "imports": { "livekit-client": "/livekit-client.js", "@livekit-swarm/beacon": "/beacon.js" } }
</script>
<script type="module">
  import { Room, version } from 'livekit-client';
  import { attachBeacon } from '@livekit-swarm/beacon';
  const { livekit, exporter, token } = await (await fetch('/join' + location.search)).json();
  const room = new Room({
    publishDefaults: { simulcast: false, videoEncoding: { maxBitrate: 300_000, maxFramerate: 15 } },
    videoCaptureDefaults: { resolution: { width: 320, height: 180, frameRate: 15 } },
    audioCaptureDefaults: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  room.on('trackSubscribed', (track) => document.body.append(track.attach()));
  const beacon = attachBeacon(room, { url: exporter + '/beacon', token, sdkVersion: version, intervalMs: 5_000 });
  await room.connect(livekit, token);
  await room.localParticipant.enableCameraAndMicrophone();
  Object.assign(globalThis, { room, beacon });
</script>
`;
