export { type Outputs, openOutputs, type PushResult, type RunPush } from './outputs.ts';
