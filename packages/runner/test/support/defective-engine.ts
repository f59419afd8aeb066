/**
 * Native engine with a defect, which occurs in the first worker three seconds after its start:
 * `?defect=panic` or `?defect=hang`.
 */
import { type Engine, type EngineOptions, NativeEngine } from '@livekit-swarm/engine';
import { type Defect, openPump } from '@livekit-swarm/webrtc';

const AFTER_MS = 3_000;

const defect = new URL(import.meta.url).searchParams.get('defect') as Defect;

export const createEngine = (options: EngineOptions): Engine =>
  new NativeEngine(options, (pumpOptions, onEvents) => {
    const peers = new Set<number>();
    const pump = openPump(pumpOptions, (events) => {
      for (const { type, peer } of events) if (type === 'connected') peers.add(peer);
      onEvents(events);
    });
    const plant = (): void => {
      const [peer] = peers;
      if (peer !== undefined) pump.plantDefect(peer, defect);
    };
    if (options.shard === 0) setTimeout(plant, AFTER_MS).unref();
    return pump;
  });
