/**
 * Impaired access networks, which the pump simulates: each datagram of a participant (STUN, DTLS,
 * media, feedback) passes one link on the uplink and another on the downlink. A link applies, in
 * addition to the real network: first the queue, then loss, then delay. Signalling (a WebSocket)
 * uses the real network only; with two PeerConnections, each has links of its own.
 *
 * A server lowers its bit rate to what fits; a simulated publisher does so with `rateAdaptation`,
 * and without it loses the rest.
 */
import type { LinkImpairment, NetworkImpairment } from './impairment.ts';

/** Link without any effect. */
export const PERFECT_LINK: LinkImpairment = {
  loss: 0,
  burst: 1,
  delayMs: 0,
  jitterMs: 0,
  reorder: 0,
  rateBps: null,
  queueMs: 200,
};

export interface NetworkPreset {
  /** Users that have such a network. */
  description: string;
  impairment: NetworkImpairment;
}

/** Network with the same uplink and downlink, except for settings of one direction. */
const network = (
  link: Partial<LinkImpairment>,
  { up = {}, down = {} }: Partial<Record<'up' | 'down', Partial<LinkImpairment>>> = {},
): NetworkImpairment => ({
  up: { ...PERFECT_LINK, ...link, ...up },
  down: { ...PERFECT_LINK, ...link, ...down },
});

/**
 * Presets by name in scenario files, from good to bad. A number without a source is an assumption,
 * and is marked as such.
 */
export const NETWORK_PRESETS = {
  perfect: {
    description: 'the network as it is: nothing is added',
    impairment: network({}),
  },
  'good-wifi': {
    description: 'a desk near the access point',
    impairment: network({
      // Assumption: 802.11 sends a frame up to seven times (dot11ShortRetryLimit), so almost
      // nothing is lost for good.
      loss: 0.001,
      // Half of all packets pass a Wi-Fi hop and back within 3 ms (Sui et al., MobiSys 2016) …
      delayMs: 1,
      // … and nine in ten within 20 ms (same source), which exponential waits of 4 ms in each
      // direction approximate.
      jitterMs: 4,
    }),
  },
  'busy-wifi': {
    description: 'an office, campus or café with many active devices',
    impairment: network({
      // One Skype call in six lost more than 1.2 % (Jiang et al., VIA, SIGCOMM 2016).
      loss: 0.012,
      // Assumption: losses on the Internet come in runs (Jiang and Schulzrinne, NOSSDAV 2000),
      // because an obstacle outlasts a packet.
      burst: 3,
      // More than half of the packets needed over 20 ms for a Wi-Fi hop and back on a campus (Pei
      // et al., INFOCOM 2017) …
      delayMs: 2,
      // … and one in ten over 100 ms (same source), which exponential waits of 20 ms in each
      // direction approximate.
      jitterMs: 20,
    }),
  },
  'lossy-2-percent': {
    description: 'nothing but loss, at the rate from which operators are alerted',
    impairment: network({ loss: 0.02 }),
  },
  'weak-4g': {
    description: 'a phone on the slowest quarter of 4G',
    impairment: network(
      {
        // Slowest quarter of 4G, "Slow 4G" of Lighthouse and WebPageTest: round-trip time of 150
        // ms, 1.6 Mbit/s down and 750 kbit/s up.
        delayMs: 75,
        // The jitter that one Skype call in six exceeded (Jiang et al., VIA, SIGCOMM 2016).
        jitterMs: 12,
        // Assumption: the radio repeats damaged packets (HARQ), so packets are lost in handovers
        // only, several at a time.
        loss: 0.005,
        burst: 3,
        // Assumption: base stations hold packets rather than drop them (Jiang et al., Tackling
        // Bufferbloat in 3G/4G Networks, IMC 2012).
        queueMs: 500,
      },
      { up: { rateBps: 750_000 }, down: { rateBps: 1_600_000 } },
    ),
  },
  'weak-3g': {
    description: 'a phone in the country; sound fits, pictures hardly do',
    impairment: network({
      // "Regular 3G" of Lighthouse and WebPageTest: round-trip time of 300 ms, 700 kbit/s.
      delayMs: 150,
      rateBps: 700_000,
      // Assumption: twice the jitter of the poor calls of VIA.
      jitterMs: 25,
      // Assumption: twice the loss of weak-4g; wireless links lose in bursts (Jang et al., 3G and
      // 3.5G from Cars and Trains, MICNET 2009).
      loss: 0.01,
      burst: 4,
      // As with weak-4g.
      queueMs: 500,
    }),
  },
  'leo-satellite': {
    description: 'Starlink and its like',
    impairment: network({
      // Round-trip time of 50 ms to European hosts, median of months (Michel et al., IMC 2022) …
      delayMs: 25,
      // … and 10 ms more for a quarter of the packets (same source).
      jitterMs: 5,
      // Assumption: handovers between satellites lose runs of packets, sometimes up to half of all
      // (Kassem et al., IMC 2022).
      loss: 0.01,
      burst: 10,
    }),
  },
  'geo-satellite': {
    description: 'a geostationary satellite: too slow for turn-taking',
    impairment: network(
      {
        // A round-trip time of at least 600 ms (Michel et al., IMC 2022).
        delayMs: 300,
        // Assumption: air time is granted in turns, and forward error correction leaves little
        // loss.
        jitterMs: 10,
        loss: 0.005,
        burst: 3,
      },
      // Rates of the subscription that was measured.
      { up: { rateBps: 10_000_000 }, down: { rateBps: 100_000_000 } },
    ),
  },
} as const satisfies Record<string, NetworkPreset>;

export type NetworkPresetName = keyof typeof NETWORK_PRESETS;

export const isNetworkPresetName = (name: string): name is NetworkPresetName =>
  Object.hasOwn(NETWORK_PRESETS, name);

export const networkPresetNames = (): NetworkPresetName[] =>
  Object.keys(NETWORK_PRESETS).filter(isNetworkPresetName);

/** Preset of this name, without the literal types that make comparing awkward. */
export const networkPreset = (name: NetworkPresetName): NetworkPreset => NETWORK_PRESETS[name];
