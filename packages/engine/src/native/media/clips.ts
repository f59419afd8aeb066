import type { LayerSpec, TrackSpec } from '@livekit-swarm/livekit';
import { fillClip, loadPrepared } from '@livekit-swarm/media';
import {
  clipBitrate,
  fillOf,
  layersOf,
  RESOLUTIONS,
  type Resolution,
  type TrackPlan,
} from '@livekit-swarm/scenario';
import {
  type ClipData,
  type ClipName,
  LAYERED_CLIP_NAMES,
  loadClip,
  type Pump,
  payloadBytes,
} from '@livekit-swarm/webrtc';
import { MARK_LENGTHS_MS } from '../../ingress/marks.ts';
import { SENTENCES } from '../../voice/sentences.ts';
import type { FrameKeyHandle } from './frame-keys.ts';
import { paddedClip } from './padded-clip.ts';
import { type Speaks, speechClip, utteranceClip } from './utterances.ts';

/** Track that a participant publishes, with the clips that its layers play. */
export interface PublishedTrack {
  spec: TrackSpec;
  /** Handles of clips in the pump, in the order of `spec.layers`. */
  clips: number[];
  /**
   * Clips of a participant that takes turns in speaking: one for its turns, one for the time
   * between them.
   */
  voice?: { speech: number; quiet: number };
  /** Clips that are played once, of a participant that takes part in a conversation. */
  utterances?: number[];
  /** Clips that replace each layer under rate adaptation, lowest bit rate first. */
  lower?: number[][];
}

/** Use of a participant's tracks. */
export interface TrackUse {
  /** True if the participant takes turns in speaking. */
  takesTurns?: boolean;
  /** True if it adapts its video to the bandwidth. */
  adapts?: boolean;
  /** Sounds that it plays once, when its owner requests it; null: none. */
  speaks?: Speaks | null;
}

interface LoadedClip {
  handle: number;
  layer: LayerSpec;
}

type ClipPump = Pick<Pump, 'addClip' | 'encryptClip' | 'removeClip'>;

/** Clips of one pump: each is loaded when it is first played, and encrypted once per key. */
export class Clips {
  readonly #pump: ClipPump;
  readonly #loaded = new Map<string, LoadedClip>();
  /** Encrypted clips by key ring, then by the handle of the clear clip. */
  readonly #encrypted = new Map<number, Map<number, number>>();
  /** Clear clip of each encrypted one, by handle. */
  readonly #clear = new Map<number, number>();

  constructor(pump: ClipPump) {
    this.#pump = pump;
  }

  /** Make a track with its clips. @throws Error if a clip is missing or damaged */
  track(
    plan: TrackPlan,
    cid: string,
    key: FrameKeyHandle | null,
    { takesTurns = false, adapts = false, speaks = null }: TrackUse = {},
  ): PublishedTrack {
    const play = (source: ClipSource): LoadedClip =>
      key === null ? this.#load(source) : this.#encrypt(source, key);
    const clips = sourcesOf(plan).map(play);
    const [speech] = clips;
    const voice =
      takesTurns && plan.kind === 'audio' && speech !== undefined
        ? { speech: speech.handle, quiet: play(QUIET).handle }
        : null;
    const utterances =
      speaks !== null && plan.kind === 'audio'
        ? utterancesOf(plan, speaks).map((source) => play(source).handle)
        : null;
    const silence = speaks === 'marks' && plan.kind === 'audio' ? withRateOf(plan, QUIET) : QUIET;
    const channels = plan.kind === 'audio' ? audioFeatures(plan) : null;
    const layer = clips.at(-1)?.layer;
    const lower = adapts
      ? lowerClips(plan).map((sources) => sources.map((source) => play(source).handle))
      : null;
    const codec = plan.kind === 'audio' ? 'opus' : plan.codec;
    return {
      spec: {
        cid,
        kind: plan.kind,
        ...(plan.kind === 'video' && { source: plan.source }),
        ...channels,
        codec,
        ...(key !== null && { encrypted: true }),
        ...(plan.kind === 'video' && plan.frameMetadata && { frameMetadata: true }),
        layers: clips.map(({ layer }) => layer),
        ...(plan.kind === 'video' &&
          layer !== undefined &&
          (codec === 'vp9' || codec === 'av1') && { spatialLayers: spatialLayers(plan, layer) }),
      },
      clips:
        utterances !== null
          ? [play(silence).handle]
          : voice === null
            ? clips.map(({ handle }) => handle)
            : [voice.quiet],
      ...(voice !== null && { voice }),
      ...(utterances !== null && { utterances }),
      ...(lower !== null && { lower }),
    };
  }

  /** The same track, encrypted with another key. */
  rekey({ spec, clips, voice, lower }: PublishedTrack, key: FrameKeyHandle): PublishedTrack {
    const again = (handle: number): number => this.#sealed(this.#clear.get(handle) ?? handle, key);
    return {
      spec,
      clips: clips.map(again),
      ...(voice !== undefined && {
        voice: { speech: again(voice.speech), quiet: again(voice.quiet) },
      }),
      ...(lower !== undefined && { lower: lower.map((of) => of.map(again)) }),
    };
  }

  /**
   * Remove all clips that are encrypted with keys of this ring: no participant uses it any more.
   */
  release(keyRing: number): void {
    for (const handle of this.#encrypted.get(keyRing)?.values() ?? []) {
      this.#clear.delete(handle);
      this.#pump.removeClip(handle);
    }
    this.#encrypted.delete(keyRing);
  }

  #encrypt(source: ClipSource, key: FrameKeyHandle): LoadedClip {
    const { handle, layer } = this.#load(source);
    return { handle: this.#sealed(handle, key), layer };
  }

  #sealed(clear: number, { keyRing, keyIndex }: FrameKeyHandle): number {
    const ofRing = this.#encrypted.get(keyRing) ?? new Map<number, number>();
    this.#encrypted.set(keyRing, ofRing);
    const known = ofRing.get(clear);
    if (known !== undefined) return known;
    const sealed = this.#pump.encryptClip(clear, keyRing, keyIndex);
    ofRing.set(clear, sealed);
    this.#clear.set(sealed, clear);
    return sealed;
  }

  #load({ name, load, bitrate }: ClipSource): LoadedClip {
    const known = this.#loaded.get(name);
    if (known !== undefined) return known;
    const clip = load();
    const { width, height } = clip;
    const loaded = {
      handle: this.#pump.addClip(clip),
      layer: { width, height, bitrate: bitrate ?? meanBitrate(clip) },
    };
    this.#loaded.set(name, loaded);
    return loaded;
  }
}

/** Clip of swarm, or clip made from a file of the user. */
interface ClipSource {
  name: string;
  load(): ClipData;
  /**
   * Bit rate of the layer, with which the server allocates bandwidth, bit/s. Absent: the mean of
   * the clip.
   */
  bitrate?: number;
}

/** Clips that a participant plays once: its file, sentences of swarm, or an answer. */
const utterancesOf = (plan: AudioPlan, speaks: Speaks): ClipSource[] => {
  if (speaks === 'marks') return MARK_LENGTHS_MS.map((lengthMs) => markOf(plan, lengthMs));
  if (speaks !== 'caller') {
    const { answerMs } = speaks;
    return [{ name: `answer ${answerMs}`, load: () => speechClip(loadClip('speech'), answerMs) }];
  }
  if (plan.media !== undefined) return sourcesOf(plan);
  return SENTENCES.map((frames, index) => ({
    name: `utterance ${index}`,
    load: () => utteranceClip(loadClip('speech'), frames),
  }));
};

/** Clip of a mark, with the bit rate of the track. */
const markOf = (plan: AudioPlan, lengthMs: number): ClipSource =>
  withRateOf(plan, {
    name: `mark ${lengthMs}`,
    load: () => speechClip(loadClip('speech'), lengthMs),
  });

/** Another clip of sound, with the bit rate of the track. */
const withRateOf = (plan: AudioPlan, { name, load }: ClipSource): ClipSource => {
  const played = speechOrMusic(plan);
  return {
    name: `${name} ${played}`,
    load: () => paddedClip(load(), meanBitrate(loadClip(played))),
  };
};

const sourcesOf = (plan: TrackPlan): ClipSource[] => {
  const { kind, media } = plan;
  if (media !== undefined) {
    if (media.clip === undefined)
      throw new Error(`${media.path} was not prepared: call withOwnMedia before the plan is made`);
    const { sha256 } = media.clip;
    return [{ name: `${sha256} ${kind}`, load: () => loadPrepared(sha256, kind) }];
  }
  if (plan.kind === 'video') return layersOf(plan).map((_, layer) => layerSource(plan, layer));
  const name = speechOrMusic(plan);
  return [swarmClip(name)];
};

/** Clip of a video's layer, filled up to the requested bit rate. */
const layerSource = (plan: VideoPlan, layer: number): ClipSource => {
  const layers = layersOf(plan);
  const resolution = layers[layer] ?? plan.resolution;
  const clip = videoClip(plan, resolution);
  const factor = fillOf(plan, layers, layer);
  const bitrate = Math.round(clipBitrate(plan, resolution) * factor);
  return {
    name: factor === 1 ? clip : `${clip} ${bitrate}`,
    load: () => (factor === 1 ? loadClip(clip) : fillClip(loadClip(clip), factor)),
    ...((factor !== 1 || plan.source === 'screen') && { bitrate }),
  };
};

const swarmClip = (name: ClipName): ClipSource => ({ name, load: () => loadClip(name) });

type AudioPlan = Extract<TrackPlan, { kind: 'audio' }>;
type VideoPlan = Extract<TrackPlan, { kind: 'video' }>;

const audioFeatures = ({ music, dtx, media }: AudioPlan): Pick<TrackSpec, 'stereo' | 'dtx'> => {
  const stereo = music !== undefined || media?.clip?.stereo === true;
  const pauses = dtx === true || media?.clip?.dtx === true;
  return { ...(stereo && { stereo }), ...(pauses && { dtx: pauses }) };
};

/**
 * Clip of a microphone while its user does not speak: frames of digital silence, with the level of
 * RFC 6464.
 */
const quietClip = (): ClipData => ({
  kind: 'audio',
  codec: 'opus',
  clockRate: 48_000,
  width: 0,
  height: 0,
  packets: Uint32Array.of(0, SILENCE.length, 0, 1),
  frames: Uint32Array.of(0, 1, 960, 1),
  audioLevels: Uint8Array.of(127),
  payload: SILENCE,
});

/** Opus frame of 20 ms without sound. */
const SILENCE = Uint8Array.of(0xf8, 0xff, 0xfe);

const QUIET: ClipSource = { name: 'quiet', load: quietClip };

/** Name of the clip for a video in this resolution; null: there is none. */
const findVideoClip = (
  { source, codec, scalabilityMode }: VideoPlan,
  resolution: Resolution,
): ClipName | null => {
  if (codec === 'vp8' || codec === 'h264') {
    if (source === 'camera') return `${codec}-${resolution}`;
    const isScreen = resolution === '720p' || resolution === '1080p';
    return isScreen ? `${codec}-screen-${resolution}` : null;
  }
  const wanted = `${codec}-${resolution}${scalabilityMode === undefined ? '' : '-l3t3-key'}`;
  return LAYERED_CLIP_NAMES.find((one) => one === wanted) ?? null;
};

/**
 * Name of the clip for a video in this resolution.
 * @throws Error if there is none, which the check of a scenario excludes
 */
const videoClip = (plan: VideoPlan, resolution: Resolution): ClipName => {
  const name = findVideoClip(plan, resolution);
  if (name === null) throw new Error(`there is no clip of ${plan.codec} in ${resolution}`);
  return name;
};

/**
 * Layers of one stream as livekit-client announces them: each has half the size of the next one,
 * and a third of its bit rate.
 */
const spatialLayers = (
  { scalabilityMode }: VideoPlan,
  { width, height, bitrate }: LayerSpec,
): LayerSpec[] =>
  (scalabilityMode === undefined ? [0] : [2, 1, 0]).map((below) => ({
    width: width / 2 ** below,
    height: height / 2 ** below,
    bitrate: bitrate / 3 ** below,
  }));

const speechOrMusic = ({ music, dtx }: AudioPlan): ClipName => {
  if (music !== undefined) return `music-${music}`;
  return dtx === true ? 'speech-dtx' : 'speech';
};

const ASCENDING = (Object.keys(RESOLUTIONS) as Resolution[]).sort(
  (a, b) => RESOLUTIONS[a].height - RESOLUTIONS[b].height,
);

/**
 * Bit rates below which libwebrtc stops sending an upper simulcast layer of a camera, bit/s
 * (`min_bitrate` in its simulcast.cc, as of December 2024).
 */
const UPPER_LAYER_MINIMUM: Record<Resolution, number> = {
  '180p': 30_000,
  '360p': 150_000,
  '540p': 350_000,
  '720p': 600_000,
  '1080p': 800_000,
};

/**
 * Clips that replace each layer at lower bit rates, lowest first. They have a lower resolution,
 * because clips are encoded in advance.
 */
const lowerClips = (plan: TrackPlan): ClipSource[][] =>
  plan.kind === 'audio'
    ? [[]]
    : layersOf(plan).map((resolution, layer, layers) => {
        const isFilled = fillOf(plan, layers, layer) > 1;
        const end = ASCENDING.indexOf(resolution) + (isFilled ? 1 : 0);
        const minimum = layer === 0 ? 0 : UPPER_LAYER_MINIMUM[resolution];
        return ASCENDING.slice(0, end).flatMap((lower) => {
          const name = findVideoClip(plan, lower);
          return name === null || clipBitrate(plan, lower) < minimum ? [] : [swarmClip(name)];
        });
      });

/** Mean bit rate of a clip, bit/s. */
const meanBitrate = (clip: ClipData): number => {
  const { clockRate, frames } = clip;
  let ticks = 0;
  for (let i = 2; i < frames.length; i += 4) ticks += frames[i] ?? 0;
  return ticks === 0 ? 0 : Math.round((payloadBytes(clip) * 8 * clockRate) / ticks);
};
