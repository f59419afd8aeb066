// The join rate rises tenfold, signalling only: do all participants join, and how fast? README.md
// explains how to run it.
//
//   joins a second
//   RATE              ┌──────────
//                  ╱
//   RATE/10 ──╱                       or as in STAGES
//   0 ├─────── DURATION ────────┤
import exec from 'k6/execution';
import { attend } from './lib/attend.js';
import { capacity, drawStay } from './lib/pace.js';
import { newRun, settingsOf } from './lib/run.js';

const settings = settingsOf({
  ROOMS: '100',
  RATE: '100',
  DURATION: '2m',
  STAY: '5s-15s',
  stages: true,
});
const { rate, durationMs } = settings;
const before = Math.ceil(rate / 10);
const stages = settings.stages ?? [
  { durationMs: durationMs / 4, rate: before },
  { durationMs: durationMs / 4, rate },
  { durationMs: durationMs / 2, rate },
];

export const options = {
  scenarios: {
    storm: {
      executor: 'ramping-arrival-rate',
      exec: 'participant',
      startRate: stages[0].rate,
      stages: stages.map((stage) => ({
        duration: `${Math.round(stage.durationMs)}ms`,
        target: stage.rate,
      })),
      ...capacity(settings),
    },
  },
  thresholds: {
    livekit_signal_joins: ['count>0'],
    livekit_signal_join_failures: [
      'rate<0.01',
      // A server that rejects one of five joins is overloaded: a longer test would show no more.
      { threshold: 'rate<0.2', abortOnFail: true, delayAbortEval: '10s' },
    ],
    livekit_signal_join_time: ['p(95)<2000'],
    livekit_signal_losses: ['rate<0.01'],
    // k6 itself was too slow: the load was lower than configured.
    dropped_iterations: ['count==0'],
  },
};

export const setup = newRun;

/** Fills the rooms evenly, one after the other. */
export const participant = (run) => {
  const number = exec.scenario.iterationInTest;
  attend(settings, {
    room: `${run}-${number % settings.rooms}`,
    identity: `${run}-p${number}`,
    stayMs: drawStay(settings),
  });
};
