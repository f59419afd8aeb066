export { CHECKED_PATHS, type CheckedPath } from './connectivity/checked-path.ts';
export { checkConnectivity, type PathCheck } from './connectivity/connectivity.ts';
export { evaluateProbe, type ProbeResult } from './judgement/evaluate-probe.ts';
export { moduleOf, PROBE_KINDS, type ProbeModule, probeDurationMs } from './module.ts';
export { identityOf, SIDES, sidesOf } from './observation.ts';
export { readNodeId } from './room/node-id.ts';
export { createProbeRoom, ROOM_PREFIX, type RoomAccess } from './room/probe-room.ts';
export { createRoomCleaner, type RoomCleaner } from './room/room-cleaner.ts';
export { type ProbeRequest, runProbe } from './run-probe.ts';
