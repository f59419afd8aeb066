import type { LayerSpec, TrackSpec } from '@livekit-swarm/livekit';
import { layersOf, type TrackPlan } from '@livekit-swarm/scenario';
import { type ClipData, type ClipName, loadClip, type Pump } from '@livekit-swarm/webrtc';

/** What a participant publishes, and which clip each layer plays. */
export interface PublishedTrack {
  spec: TrackSpec;
  /** Handles of the pump, in the order of `spec.layers`. */
  clips: number[];
}

interface LoadedClip {
  handle: number;
  layer: LayerSpec;
}

/** The clips of one pump: each is loaded when it is first played, and handed over once. */
export class Clips {
  readonly #pump: Pick<Pump, 'addClip'>;
  readonly #loaded = new Map<ClipName, LoadedClip>();

  constructor(pump: Pick<Pump, 'addClip'>) {
    this.#pump = pump;
  }

  /** @throws Error when a clip is missing or damaged */
  track(plan: TrackPlan, cid: string): PublishedTrack {
    const clips = clipNames(plan).map((name) => this.#load(name));
    const codec = plan.kind === 'audio' ? 'opus' : plan.codec;
    return {
      spec: {
        cid,
        kind: plan.kind,
        ...(plan.kind === 'video' && { source: plan.source }),
        codec,
        layers: clips.map(({ layer }) => layer),
      },
      clips: clips.map(({ handle }) => handle),
    };
  }

  #load(name: ClipName): LoadedClip {
    const known = this.#loaded.get(name);
    if (known !== undefined) return known;
    const clip = loadClip(name);
    const { width, height } = clip;
    const loaded = {
      handle: this.#pump.addClip(clip),
      layer: { width, height, bitrate: bitrateOf(clip) },
    };
    this.#loaded.set(name, loaded);
    return loaded;
  }
}

const clipNames = (plan: TrackPlan): ClipName[] =>
  plan.kind === 'audio'
    ? ['speech']
    : layersOf(plan).map((resolution): ClipName => `${plan.codec}-${resolution}`);

/** Mean bit rate of the clip in bit/s: the server allocates bandwidth with it. */
const bitrateOf = ({ clockRate, payload, frames }: ClipData): number => {
  let ticks = 0;
  for (let i = 2; i < frames.length; i += 4) ticks += frames[i] ?? 0;
  return ticks === 0 ? 0 : Math.round((payload.length * 8 * clockRate) / ticks);
};
