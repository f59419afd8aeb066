/** How fast this host is, without the engines themselves: plans need it, too. */
export { type HostSpeed, measureHostSpeed } from '@livekit-swarm/webrtc';
