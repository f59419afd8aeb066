import type { Calibration } from './calibration.ts';

/** CPU costs of one part of a run. */
export interface Cost {
  /** Costs without load, cores. */
  baseCores: number;
  /** Cost of a packet from a participant to the server, s. */
  secondsPerPacketUp: number;
  /**
   * Cost of a packet to a participant, s: several packets of a video frame arrive together, so each
   * costs less.
   */
  secondsPerPacketDown: number;
  secondsPerJoin: number;
}

export interface Costs {
  generator: Cost;
  /** Costs of livekit-server. */
  server: Cost;
}

/**
 * Costs without a calibration, rounded up from the highest that were measured on any load
 * (docs/planning.md, "What swarm plan assumes").
 */
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

/**
 * Costs for each microsecond that a packet of bare UDP with encryption takes during a load, fitted
 * by `bench/plan-prediction.ts` and not rounded up.
 */
const PER_MICROSECOND: Costs = {
  generator: {
    baseCores: 0.02,
    secondsPerPacketUp: 4.6e-6,
    secondsPerPacketDown: 2e-6,
    secondsPerJoin: 6e-3,
  },
  server: {
    baseCores: 0.057,
    secondsPerPacketUp: 20e-6,
    secondsPerPacketDown: 5.4e-6,
    secondsPerJoin: 5e-3,
  },
};

/** Costs of packets and joins on a host. */
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
