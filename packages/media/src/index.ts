export type { Clip } from './clip.ts';
export { type ClipRequest, clipLoader, type LoadClip, loadClip } from './clips.ts';
export { MediaError } from './media-error.ts';
export { VP8_DESCRIPTOR_BYTES } from './packetize-vp8.ts';
export { MAX_RTP_PAYLOAD } from './rtp-payload.ts';
export { type SimulcastLayer, simulcastLayers } from './simulcast.ts';
export { type Resolution, VIDEO_PRESETS, type VideoCodec, type VideoPreset } from './video-preset.ts';
