import type { Calibration } from './calibration.ts';

/** CPU that one part of a run takes. */
export interface Cost {
  /** Whatever the load, cores. */
  baseCores: number;
  /** Packets from participants to the server. */
  secondsPerPacketUp: number;
  /** Packets to participants: of a video frame several come at once, so that each takes less. */
  secondsPerPacketDown: number;
  secondsPerJoin: number;
}

export interface Costs {
  generator: Cost;
  /** Of livekit-server. */
  server: Cost;
}

/** Rounded up from the highest that was measured on any load (docs/performance.md, "What swarm plan assumes"). */
const ASSUMED: Costs = {
  generator: {
    baseCores: 0,
    secondsPerPacketUp: 3e-6,
    secondsPerPacketDown: 3e-6,
    secondsPerJoin: 6e-3,
  },
  server: {
    baseCores: 0,
    secondsPerPacketUp: 10e-6,
    secondsPerPacketDown: 10e-6,
    secondsPerJoin: 15e-3,
  },
};

/** The same for each microsecond that bare UDP with encryption takes for a packet: fitted by `bench/plan-prediction.ts`, not rounded up. */
const PER_MICROSECOND: Costs = {
  generator: {
    baseCores: 0.02,
    secondsPerPacketUp: 4.6e-6,
    secondsPerPacketDown: 2e-6,
    secondsPerJoin: 4.6e-3,
  },
  server: {
    baseCores: 0.057,
    secondsPerPacketUp: 20e-6,
    secondsPerPacketDown: 5.4e-6,
    secondsPerJoin: 2.9e-3,
  },
};

/** What packets and joins take on a host. */
export const costsOf = (calibration: Calibration | null): Costs => {
  if (calibration === null || calibration.source === 'skipped') return ASSUMED;
  const scaled = (cost: Cost): Cost => ({
    baseCores: cost.baseCores * calibration.microsPerPacket,
    secondsPerPacketUp: cost.secondsPerPacketUp * calibration.microsPerPacket,
    secondsPerPacketDown: cost.secondsPerPacketDown * calibration.microsPerPacket,
    secondsPerJoin: cost.secondsPerJoin * calibration.microsPerPacket,
  });
  return { generator: scaled(PER_MICROSECOND.generator), server: scaled(PER_MICROSECOND.server) };
};
