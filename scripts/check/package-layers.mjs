/**
 * Packages directly below each package. A package may import these, and the packages below them.
 * @type {Record<string, string[]>}
 */
export const BELOW = {
  settings: [],
  metrics: ['settings'],
  host: ['settings'],
  webrtc: [],
  media: ['webrtc', 'host'],
  scenario: ['metrics'],
  record: ['scenario', 'host'],
  analysis: ['record'],
  livekit: ['scenario'],
  engine: ['livekit', 'media', 'record'],
  runner: ['engine', 'analysis'],
  fleet: ['runner'],
  lab: ['host'],
  chaos: ['runner', 'lab', 'livekit'],
  cost: ['analysis'],
  campaign: ['runner', 'fleet', 'lab', 'cost'],
  report: ['chaos', 'cost', 'sessions', 'verify'],
  live: ['report'],
  beacon: [],
  catalogue: ['analysis'],
  probe: ['engine', 'catalogue'],
  agents: ['engine'],
  sessions: ['livekit', 'beacon'],
  exporter: ['probe', 'agents', 'sessions'],
  outputs: ['catalogue', 'livekit'],
  verify: ['probe'],
  mixin: ['catalogue'],
  cli: ['live', 'campaign', 'outputs', 'exporter', 'verify', 'agents', 'mixin', 'chaos', 'media'],
};
