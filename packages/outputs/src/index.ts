export { type Notifier, openNotifier } from './notification/notify.ts';
export { type Outputs, openOutputs, type PushResult, type RunPush } from './outputs.ts';
