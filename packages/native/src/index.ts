export { CLIP_FORMAT, type ClipName, loadClip, readClip } from './clips.ts';
export { impairProgram } from './impair-program.ts';
export { addonFile, openPump } from './open-pump.ts';
export * from './pump.ts';
