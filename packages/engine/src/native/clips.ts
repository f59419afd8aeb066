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
import type { FrameKeyHandle } from './frame-keys.ts';

/** What a participant publishes, and which clip each layer plays. */
export interface PublishedTrack {
  spec: TrackSpec;
  /** Handles of the pump, in the order of `spec.layers`. */
  clips: number[];
  /** Of a participant that takes turns: what its audio is while it speaks, and while it does not. */
  voice?: { speech: number; quiet: number };
  /** With rate adaptation: of each layer the clips that play instead, lowest bit rate first. */
  lower?: number[][];
}

interface LoadedClip {
  handle: number;
  layer: LayerSpec;
}

type ClipPump = Pick<Pump, 'addClip' | 'encryptClip' | 'removeClip'>;

/** The clips of one pump: each is loaded when it is first played, and encrypted once for each key. */
export class Clips {
  readonly #pump: ClipPump;
  readonly #loaded = new Map<string, LoadedClip>();
  /** By key ring, then by the handle of what was encrypted. */
  readonly #encrypted = new Map<number, Map<number, number>>();
  /** What each encrypted clip was made of. */
  readonly #clear = new Map<number, number>();

  constructor(pump: ClipPump) {
    this.#pump = pump;
  }

  /** @throws Error when a clip is missing or damaged */
  track(
    plan: TrackPlan,
    cid: string,
    key: FrameKeyHandle | null,
    { takesTurns = false, adapts = false } = {},
  ): PublishedTrack {
    const play = (source: ClipSource): LoadedClip =>
      key === null ? this.#load(source) : this.#encrypt(source, key);
    const clips = sourcesOf(plan).map(play);
    const [speech] = clips;
    const voice =
      takesTurns && plan.kind === 'audio' && speech !== undefined
        ? { speech: speech.handle, quiet: play(QUIET).handle }
        : null;
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
      clips: voice === null ? clips.map(({ handle }) => handle) : [voice.quiet],
      ...(voice !== null && { voice }),
      ...(lower !== null && { lower }),
    };
  }

  /** The same track with another key. */
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

  /** Nothing is encrypted with these keys any more: memory holds clips of the current ones. */
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

/** A clip of swarm, or one made of a file of the user. */
interface ClipSource {
  name: string;
  load(): ClipData;
  /** Where it is not the mean: the server allocates bandwidth with it. */
  bitrate?: number;
}

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

/** A layer of a video, with the bit rate that was asked for. */
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

/** What a microphone sends while its user does not speak: frames of digital silence, at the level of RFC 6464. */
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

/** Opus, 20 ms. */
const SILENCE = Uint8Array.of(0xf8, 0xff, 0xfe);

const QUIET: ClipSource = { name: 'quiet', load: quietClip };

/** Null: there is no such clip. */
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

/** @throws Error when there is none: scenarios are checked for it */
const videoClip = (plan: VideoPlan, resolution: Resolution): ClipName => {
  const name = findVideoClip(plan, resolution);
  if (name === null) throw new Error(`there is no clip of ${plan.codec} in ${resolution}`);
  return name;
};

/** As livekit-client announces the layers of one stream: each has half the size of the next, and a third of its bit rate. */
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

/** Below this, libwebrtc does not send an upper simulcast layer of a camera at all, bit/s (`min_bitrate` in its simulcast.cc, as of December 2024). */
const UPPER_LAYER_MINIMUM: Record<Resolution, number> = {
  '180p': 30_000,
  '360p': 150_000,
  '540p': 350_000,
  '720p': 600_000,
  '1080p': 800_000,
};

/** Clips of lower resolution than each layer has, lowest first: clips are encoded in advance, so they stand for lower bit rates. */
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

/** Of the clip, in bit/s. */
const meanBitrate = (clip: ClipData): number => {
  const { clockRate, frames } = clip;
  let ticks = 0;
  for (let i = 2; i < frames.length; i += 4) ticks += frames[i] ?? 0;
  return ticks === 0 ? 0 : Math.round((payloadBytes(clip) * 8 * clockRate) / ticks);
};
