import { Option } from 'commander';

/** Flags for what the participants of a load publish and receive. */
export const mediaFlags = (): Option[] => [
  new Option('--publish <kinds>', 'audio, video, audio,video or none (default: audio)'),
  new Option('--video <size>', '180p, 360p, 540p, 720p or 1080p (default: 720p)'),
  new Option('--codec <name>', 'vp8, h264, vp9 or av1 (default: vp8)'),
  new Option('--simulcast', 'publish video in layers'),
  new Option('--no-simulcast', 'publish video in one layer (the default)').hideHelp(),
  new Option(
    '--layout <layout>',
    'subscribed tracks: all, speaker, grid:N, audio-only, none (default: all)',
  ),
  new Option(
    '--path <path>',
    'path of media to a node: direct, ice-tcp, turn-udp, turn-tcp, turn-tls, auto (default: direct)',
  ),
  new Option(
    '--e2ee <key>',
    'end-to-end encryption: throw-away (a key made for the run), or where a passphrase is: env:NAME, file:PATH',
  ),
  new Option(
    '--data-rate <rate>',
    'data messages of each publisher: 10/s, 10/s:200B, 5/s:1000B:reliable',
  ),
];
