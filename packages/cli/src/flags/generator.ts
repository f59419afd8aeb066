import { Option } from 'commander';
import { repeatable } from './repeatable.ts';

/** Flags on the processes that generate the load. */
export interface GeneratorFlags {
  processes?: string;
}

/** Flag for reactions to a lost connection. @param initial policy without the flag, for the help */
export const reconnectPolicyFlag = (initial: string): Option =>
  new Option(
    '--reconnect-policy <policy>',
    `after a lost connection: none (disconnect), sdk (resume, then reconnect), app (also rejoin) (default: ${initial})`,
  ).choices(['none', 'sdk', 'app']);

export const processesFlag = (): Option =>
  new Option(
    '--processes <n>',
    'processes that host participants (default: automatic, at most one per core)',
  );

export const calibrationFlag = (): Option =>
  new Option(
    '--calibration <auto|fresh|off|µs>',
    'speed of this host: measured at most every ten minutes, measured now, not at all, or microseconds for a packet of bare UDP with encryption (default: auto)',
  );

export const witnessFlag = (): Option =>
  repeatable(
    '--witness <engine[:n]>',
    'add real clients that watch rooms of the load (may be repeated): browser, browser:2, firefox, rtc',
  );

export const browserFlag = (): Option =>
  new Option(
    '--browser <path>',
    'program of browser participants on this host (default: Chromium or Chrome on the PATH or in puppeteer’s cache)',
  );
