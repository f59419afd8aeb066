export { defaultRollDrill } from './default-drill.ts';
export { createRollFold } from './measure-roll.ts';
export { changesOfRoll } from './roll-nodes.ts';
export { drillOfRoll, type LabelledRelease, type RollRequest } from './roll-request.ts';
export type { NodeChange, RollResult, RoomChange } from './roll-result.ts';
