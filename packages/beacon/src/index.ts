export { attachBeacon, type Beacon } from './attach-beacon.ts';
export type { BeaconOptions } from './options.ts';
export type { BeaconBody, BeaconReport, StreamReport } from './payload.ts';
