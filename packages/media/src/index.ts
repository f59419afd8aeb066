export { readAnnexB } from './annex-b.ts';
export { audioClip, opusClip, PACKETS_PER_SECOND } from './audio-clip.ts';
export { audioLevel } from './audio-level.ts';
export type { ClipFacts } from './clip-facts.ts';
export { fillClip } from './fill-clip.ts';
export { readSps } from './h264-sps.ts';
export { readIvf } from './ivf.ts';
export { LAYERED_CLIPS, type LayeredCodec, layeredClip } from './layered-clip.ts';
export { MediaError, UnreadableError } from './media-error.ts';
export { isSlice } from './nal-unit.ts';
export { type OpusPacket, readOggOpus } from './ogg-opus.ts';
export { VP8_DESCRIPTOR_BYTES } from './packetize-vp8.ts';
export { padOpus } from './pad-opus.ts';
export { loadPrepared, type OwnKind, prepareMedia } from './prepare.ts';
export { MAX_RTP_PAYLOAD } from './rtp-payload.ts';
export { type ScalabilityMode, STRUCTURES } from './scalability.ts';
export { videoClip } from './video-clip.ts';
export {
  type Resolution,
  SCREEN_PRESETS,
  type ScreenResolution,
  VIDEO_PRESETS,
  type VideoCodec,
  type VideoPreset,
} from './video-preset.ts';
export { writeClip } from './write-clip.ts';
