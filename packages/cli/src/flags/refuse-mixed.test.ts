import { Command, Option } from 'commander';
import { afterEach, expect, it, vi } from 'vitest';
import { refuseMixedDeployment } from './refuse-mixed.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const check = (url: string, apiUrl: string) => (): void => {
  vi.stubEnv('LIVEKIT_API_URL', apiUrl);
  const command = new Command()
    .option('--url <url>')
    .addOption(new Option('--api-url <url>').env('LIVEKIT_API_URL'))
    .parse(['--url', url], { from: 'user' });
  refuseMixedDeployment(command);
};

it.each([
  ['ws://127.0.0.1:7880', 'http://localhost:7880'],
  ['ws://[::1]:7880', 'http://127.0.0.1:7880'],
  ['wss://lk.example.com', 'https://lk.example.com.evil.test'],
  ['wss://lk.example.com', 'https://lk.example.com@evil.test'],
])('refuses %s with %s of the environment', (url, apiUrl) => {
  expect(check(url, apiUrl)).toThrow(/^--url is on .*, and LIVEKIT_API_URL on .*: these may/);
});

it.each([
  ['wss://lk.example.com', 'https://LK.example.com:8443/path'],
  ['wss://lk.example.com.', ' https://lk.example.com'],
  // Not URLs of a deployment, which the command itself refuses with a better message.
  ['lk.example.com:7880', 'https://api.example.com'],
  ['wss://lk.example.com', 'api.example.com'],
])('leaves %s with %s to the command', (url, apiUrl) => {
  expect(check(url, apiUrl)).not.toThrow();
});
