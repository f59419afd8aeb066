/** Speed of this host, exported without the engines because plans need it, too. */
export { type HostSpeed, measureHostSpeed } from '@livekit-swarm/webrtc';
