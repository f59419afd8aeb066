// Participants join and leave all the time, signalling only: does the server remove each of them?
// README.md explains how to run it.
//
//   joins a second
//   RATE ──────────────────
//                            each stays for a random time within STAY, in a random room
//   0 ├──── DURATION ────┤
import exec from 'k6/execution';
import { attend } from './lib/attend.js';
import { capacity, drawStay } from './lib/pace.js';
import { newRun, settingsOf } from './lib/run.js';

const settings = settingsOf({
  ROOMS: '50',
  RATE: '20',
  DURATION: '1m',
  STAY: '1s-20s',
  stages: false,
});

export const options = {
  scenarios: {
    churn: {
      executor: 'constant-arrival-rate',
      exec: 'participant',
      rate: settings.rate,
      duration: `${settings.durationMs}ms`,
      ...capacity(settings),
    },
  },
  thresholds: {
    livekit_signal_joins: ['count>0'],
    livekit_signal_join_failures: ['rate<0.01'],
    livekit_signal_join_time: ['p(95)<2000'],
    livekit_signal_losses: ['rate<0.01'],
    // k6 itself was too slow: the load was lower than configured.
    dropped_iterations: ['count==0'],
  },
};

export const setup = newRun;

export const participant = (run) => {
  const room = Math.floor(Math.random() * settings.rooms);
  attend(settings, {
    room: `${run}-${room}`,
    identity: `${run}-p${exec.scenario.iterationInTest}`,
    stayMs: drawStay(settings),
  });
};
