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
  scenario: ['metrics'],
  record: ['scenario', 'host'],
  analysis: ['record'],
  livekit: ['scenario'],
  engine: ['livekit', 'webrtc', 'record'],
  runner: ['engine', 'analysis'],
  lab: ['host'],
  chaos: ['runner', 'lab', 'livekit'],
  report: ['analysis', 'chaos'],
  beacon: [],
  exporter: ['engine', 'analysis', 'chaos', 'beacon'],
  mixin: ['exporter'],
  cli: ['report', 'exporter', 'lab', 'chaos'],
};
