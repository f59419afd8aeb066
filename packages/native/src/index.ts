export { impairProgram } from './impair-program.ts';
export { addonFile, openPump } from './open-pump.ts';
export * from './pump.ts';
