import type { TrackPlan } from '@livekit-swarm/core';
import type { LayerSpec, TrackSpec } from '@livekit-swarm/livekit';
import { type Clip, type ClipRequest, loadClip, simulcastLayers } from '@livekit-swarm/media';
import type { Pump } from '@livekit-swarm/native';

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
  readonly #loaded = new Map<string, LoadedClip>();

  constructor(pump: Pick<Pump, 'addClip'>) {
    this.#pump = pump;
  }

  /** @throws MediaError when a clip is missing or damaged */
  track(plan: TrackPlan, cid: string): PublishedTrack {
    const clips = requestsOf(plan).map((request) => this.#load(request));
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

  #load(request: ClipRequest): LoadedClip {
    const key = JSON.stringify(request);
    const known = this.#loaded.get(key);
    if (known !== undefined) return known;
    const clip = loadClip(request);
    const { width, height } = clip;
    const loaded = { handle: this.#pump.addClip(clip), layer: { width, height, bitrate: bitrateOf(clip) } };
    this.#loaded.set(key, loaded);
    return loaded;
  }
}

const requestsOf = (plan: TrackPlan): ClipRequest[] => {
  if (plan.kind === 'audio') return [{ kind: 'audio' }];
  const { codec, resolution, simulcast } = plan;
  const resolutions = simulcast ? simulcastLayers(resolution).map((layer) => layer.resolution) : [resolution];
  return resolutions.map((layer) => ({ kind: 'video', codec, resolution: layer }));
};

/** What the clip really has, bit/s on average: the server plans with it. */
const bitrateOf = ({ clockRate, payload, frames }: Clip): number => {
  let ticks = 0;
  for (let i = 2; i < frames.length; i += 4) ticks += frames[i] ?? 0;
  return ticks === 0 ? 0 : Math.round((payload.length * 8 * clockRate) / ticks);
};
