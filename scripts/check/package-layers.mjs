/**
 * Each package, and the packages directly below it. What those may import, it may import as well.
 *
 * @type {Record<string, string[]>}
 */
export const BELOW = {
  settings: [],
  metrics: ['settings'],
  host: ['settings'],
  webrtc: ['settings'],
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
  report: ['analysis', 'chaos'],
  live: ['report'],
  beacon: [],
  exporter: ['engine', 'analysis', 'chaos', 'beacon'],
  outputs: ['exporter'],
  verify: ['exporter'],
  mixin: ['exporter'],
  cli: ['live', 'cost', 'outputs', 'verify', 'mixin', 'lab', 'chaos', 'fleet', 'media'],
};
