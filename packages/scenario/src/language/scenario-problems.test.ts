import { hasErrorCode, type Problem } from '@livekit-swarm/settings';
import { describe, expect, it } from 'vitest';
import {
  CALLS,
  calls,
  lessons,
  marked,
  ROLES,
  ramp,
  role,
  thresholds,
} from '../../test/support/scenario-text.ts';
import { parseScenario, readScenario } from './parse-scenario.ts';

const problemsOf = (text: string, scale?: string): readonly Problem[] => {
  try {
    readScenario(text, { file: 'x.yaml', scale });
  } catch (error) {
    if (hasErrorCode(error, 'invalid_file')) return error.problems;
    throw error;
  }
  return [];
};

/** Mistakes: name, file with the position (‸), and message. */
const WRONG: [string, string, RegExp][] = [
  // The file itself.
  ['an empty file', '‸', /^is empty; .*swarm init/],
  ['nothing but comments', '‸# nothing\n---\n', /^is empty/],
  ['a list', '‸- a', /^is not a scenario: it must be a mapping/],
  ['a text', '‸hello', /^is not a scenario/],
  [
    'several documents',
    `${CALLS}‸---\n${CALLS}`,
    /^a second document begins here; write one scenario a file/,
  ],
  ['a tab', 'scenario: x\ngroups:\n‸\tcalls: 3\n', /^a tab where YAML requires blanks/],
  ['a bracket that is never closed', 'scenario: x\ngroups: [1, 2\n‸', /flow sequence/],
  ['a duplicate key', `${CALLS}‸scenario: y\n`, /^"scenario" is defined twice, first in line 1/],
  ['an alias of nothing', 'scenario: ‸*name\n', /^no anchor &name before this alias/],
  ['an alias of itself', 'scenario: &me [‸*me]\n', /^\*me is inside what it repeats/],
  ['a tag', 'scenario: ‸!!python/object x\n', /unresolved tag/],
  ['a key that is not a string', `${CALLS}? ‸[a]\n: 3\n`, /^a key must be a word/],
  [
    'nesting without end',
    `a: ${'['.repeat(39)}‸${'['.repeat(100)}`,
    /^is nested more than 40 levels deep/,
  ],

  // Keys and words.
  [
    'a misspelt key',
    CALLS.replace('groups', '‸gruops'),
    /^gruops: unknown key "gruops"; did you mean groups\?/,
  ],
  [
    'a misspelt key of a group',
    CALLS.replace('rooms: 3', 'rooms: 3\n    ‸joinrate: 3'),
    /did you mean joinRate\?/,
  ],
  [
    'a misspelt key of a role',
    role('{ ‸subscirbe: true }'),
    /me\.subscirbe: .*did you mean subscribe\?/,
  ],
  [
    'a word of k6',
    CALLS.replace('rooms: 3', 'rooms: 3\n    ‸vus: 3'),
    /unknown key "vus"; did you mean rooms\?/,
  ],
  [
    'a key of another executor',
    CALLS.replace('rooms: 3', 'rooms: 3\n    ‸stages: []'),
    /"stages"; it belongs to ramping-arrival-rate, ramping-participants, ramping-rooms; constant-rooms has rooms, joinRate, duration/,
  ],
  [
    'a missing key',
    'scenario: x\ngroups:\n  ‸calls:\n    executor: constant-rooms\n    rooms: 3\n    roles: { a: { count: 2, publish: audio } }\n',
    /^groups\.calls: duration is missing; write a number and/,
  ],
  ['a missing name', CALLS.replace('scenario: x\n', '‸'), /^scenario is missing/],
  [
    'a key without a value',
    CALLS.replace('duration: 10s', 'duration:‸'),
    /^groups\.calls\.duration: is empty/,
  ],
  ['a section without anything', `${CALLS}tags:‸\n`, /^tags: is empty/],
  [
    'a name with a blank',
    CALLS.replace('x', '‸Big Meeting'),
    /"Big Meeting" cannot be the name of a scenario; use small letters, digits and hyphens: big-meeting/,
  ],
  [
    'a name of digits',
    CALLS.replace('calls', '‸42'),
    /cannot be the name of a group; .*not digits alone/,
  ],
  [
    'an unknown executor',
    CALLS.replace('constant-rooms', '‸constant-room'),
    /unknown executor "constant-room"; did you mean constant-rooms\?/,
  ],
  [
    'an executor of k6',
    CALLS.replace('constant-rooms', '‸ramping-vus'),
    /did you mean ramping-rooms\?/,
  ],
  [
    'no executor',
    'scenario: x\ngroups:\n  ‸calls:\n    rooms: 3\n    roles: { a: { count: 2, publish: audio } }\n',
    /executor is missing; available: constant-rooms, /,
  ],
  ['no groups', 'scenario: x\n‸groups: {}\n', /^groups: is empty: no participant would join/],

  // Numbers and units.
  [
    'a duration without a unit',
    CALLS.replace('10s', '‸10'),
    /^groups\.calls\.duration: a duration needs a unit; write 10s/,
  ],
  [
    'a duration without a unit, in quotes',
    CALLS.replace('10s', '‸"10"'),
    /a duration needs a unit; write 10s/,
  ],
  [
    'something else than a duration',
    CALLS.replace('10s', '‸soon'),
    /"soon" is not a duration; write a number and ms, s, m or h/,
  ],
  ['a duration that is too short', CALLS.replace('10s', '‸500ms'), /must be at least 1s/],
  ['a duration that is too long', CALLS.replace('10s', '‸200h'), /must be at most 7 days/],
  ['no rooms', CALLS.replace('rooms: 3', 'rooms: ‸0'), /must be a whole number from 1 to 100000/],
  ['half a room', CALLS.replace('rooms: 3', 'rooms: ‸1.5'), /must be a whole number/],
  [
    'a number in quotes',
    CALLS.replace('rooms: 3', 'rooms: ‸"3"'),
    /must be a whole number .*; leave the quotes out: 3/,
  ],
  [
    'a rate that is none',
    CALLS.replace('rooms: 3', 'rooms: 3\n    joinRate: ‸fast'),
    /must be joins per second.*write 50\/s/,
  ],
  [
    'a rate a minute',
    CALLS.replace('rooms: 3', 'rooms: 3\n    joinRate: ‸50/m'),
    /must be joins per second.*write 50\/s/,
  ],
  ['yes for true', role('{ subscribe: ‸yes }'), /must be true or false; write true/],
  [
    'too many participants in a room',
    CALLS.replace('count: 2', 'count: ‸10001'),
    /must be a whole number from 0 to 10000/,
  ],
  [
    'too many participants in all',
    CALLS.replace('rooms: 3', 'rooms: 100000')
      .replace('count: 2', 'count: 3')
      .replace('calls', '‸calls'),
    /more than 200000 participants would join/,
  ],

  // Media, layouts, networks, grants.
  [
    'an unknown profile',
    role('{ publish: ‸camra }'),
    /"camra" is neither a track nor a profile of this file/,
  ],
  ['an unknown profile in a list', role('{ publish: [audio, ‸vidio] }'), /did you mean video\?/],
  [
    'an unknown resolution',
    role('{ publish: [{ video: ‸480p }] }'),
    /unknown resolution "480p"; available: 180p/,
  ],
  ['an unknown codec', role('{ publish: [{ video: 720p, codec: ‸vp7 }] }'), /unknown codec "vp7"/],
  [
    'a codec in a size that there is no clip of',
    role('{ publish: [{ video: 1080p, codec: ‸vp9 }] }'),
    /vp9 is not available in 1080p; take 360p or 720p/,
  ],
  [
    'simulcast of a codec that has layers in one stream',
    role('{ publish: [{ video: 720p, codec: vp9, simulcast: ‸true }] }'),
    /vp9 is not published as simulcast/,
  ],
  [
    'layers in one stream of a codec that has none',
    role('{ publish: [{ video: 720p, scalabilityMode: ‸L3T3_KEY }] }'),
    /vp8 has no layers in one stream/,
  ],
  [
    'a screen in a size that there is no clip of',
    role('{ publish: [{ screen: ‸360p }] }'),
    /a shared screen is not available in 360p; take 720p or 1080p/,
  ],
  [
    'a screen in a codec that there is no clip of',
    role('{ publish: [{ screen: 720p, codec: ‸vp9 }] }'),
    /vp9 is not available for a shared screen; take vp8 or h264/,
  ],
  [
    'simulcast of the smallest screen',
    role('{ publish: [{ screen: 720p, simulcast: ‸true }] }'),
    /720p is the lowest layer of a shared screen already/,
  ],
  [
    'a bit rate below that of the clip',
    role('{ publish: [{ screen: 1080p, bitrate: ‸1Mbit/s }] }'),
    /is less than the 2.49 Mbit\/s that vp8 has in 1080p/,
  ],
  [
    'a bit rate for more layers than there are',
    role('{ publish: [{ screen: 1080p, bitrate: ‸[2Mbit/s, 4Mbit/s] }] }'),
    /has 2 values for one layer/,
  ],
  [
    'a bit rate that no browser sends',
    role('{ publish: [{ video: 1080p, bitrate: ‸200Mbit/s }] }'),
    /is more than 20 Mbit\/s/,
  ],
  [
    'a bit rate of a codec whose frames cannot be filled up',
    role('{ publish: [{ video: 720p, codec: vp9, bitrate: ‸4Mbit/s }] }'),
    /cannot be chosen for vp9/,
  ],
  [
    'two bit rates of music',
    role('{ publish: [{ audio: music, bitrate: ‸[64kbit/s, 96kbit/s] }] }'),
    /is not a bit rate of music/,
  ],
  [
    'end-to-end encryption of a codec that is not encrypted',
    role('{ e2ee: throw-away, publish: ‸[{ video: 720p, codec: vp9 }] }'),
    /livekit-client does not encrypt end to end/,
  ],
  [
    'neither video nor screen',
    role('{ publish: [‸{ codec: vp8 }] }'),
    /must be one of audio, video, screen and media/,
  ],
  [
    'a track that is two',
    role('{ publish: [‸{ audio: music, video: 720p }] }'),
    /must be one of audio, video, screen and media/,
  ],
  [
    'music of a bit rate that there is no clip of',
    role('{ publish: [{ audio: music, bitrate: ‸320kbit/s }] }'),
    /is not a bit rate of music; one of 64kbit\/s, 96kbit\/s/,
  ],
  [
    'a bit rate of speech',
    role('{ publish: [{ audio: speech, bitrate: ‸64kbit/s }] }'),
    /has no effect with speech; leave it out, or use audio: music/,
  ],
  [
    'music with pauses',
    role('{ publish: [{ audio: music, dtx: ‸true }] }'),
    /is not possible with music/,
  ],
  [
    'audio in layers',
    role('{ publish: [{ audio: music, simulcast: ‸true }] }'),
    /has no effect with audio/,
  ],
  [
    'unknown audio',
    role('{ publish: [{ audio: ‸musik }] }'),
    /unknown audio content "musik"; did you mean music\?/,
  ],
  [
    'media of a kind that is not read',
    role('{ publish: [{ media: ‸talk.wav }] }'),
    /is not a kind of file that can be published; name an \.ogg/,
  ],
  [
    'audio as video',
    role('{ publish: [{ media: talk.ogg, as: ‸video }] }'),
    /is not possible with \.ogg; write audio/,
  ],
  [
    'own media in layers',
    role('{ publish: [{ media: talk.ivf, simulcast: ‸true }] }'),
    /has no effect with media/,
  ],
  [
    'rate adaptation without video',
    role('{ publish: audio, ‸rateAdaptation: true }'),
    /has no effect without video; publish video, or leave it out/,
  ],
  [
    'rate adaptation of layers in one stream',
    role(
      '{ ‸rateAdaptation: true, publish: [{ video: 720p, codec: vp9, scalabilityMode: L3T3_KEY }] }',
    ),
    /is not possible with scalabilityMode: L3T3_KEY; publish video with simulcast: true/,
  ],
  [
    'rate adaptation of layers in one stream that an action publishes',
    role(
      '{ publish: audio, ‸rateAdaptation: true, actions: [{ at: 1s, do: publish, track: { video: 720p, codec: vp9, scalabilityMode: L3T3_KEY } }] }',
    ),
    /is not possible with scalabilityMode: L3T3_KEY/,
  ],
  [
    'rate adaptation of own media',
    role('{ ‸rateAdaptation: true, publish: [{ media: talk.ivf }] }'),
    /is not possible with talk\.ivf: a file has one bit rate/,
  ],
  [
    'rate adaptation of a real client',
    role('{ engine: browser, publish: video, ‸rateAdaptation: false }'),
    /is not a choice with engine: browser: real clients always adapt; leave it out/,
  ],
  [
    'frame metadata of rtc',
    role('{ engine: rtc, publish: ‸[{ video: 360p, frameMetadata: true }] }'),
    /has frameMetadata, which @livekit\/rtc-node does not have/,
  ],
  [
    'music of a real client',
    role('{ engine: browser, publish: ‸[{ audio: music }] }'),
    /has music, DTX or media, which is not possible with engine: browser/,
  ],
  [
    'a departure before what is published',
    role('{ publish: audio, ‸departure: before-ice }'),
    /is before-ice: they are gone before they could publish or act/,
  ],
  ['a departure that does not exist', role('{ departure: ‸vanish }'), /leave, close, disappear/],
  ['two cameras', role('{ publish: ‸[video, { video: 360p }] }'), /has camera twice/],
  [
    'layers of the lowest',
    role('{ publish: [{ video: 180p, simulcast: ‸true }] }'),
    /180p is the lowest layer already/,
  ],
  ['encryption without a key', role('{ e2ee: ‸yes }'), /unknown encryption "yes"/],
  [
    'a passphrase in the file itself',
    role('{ e2ee: { passphrase: ‸swordfish } }'),
    /a secret must not stand in the file itself.*\{ env: NAME \}/,
  ],
  [
    'a key index beyond the ring',
    role('{ e2ee: { passphrase: { env: X }, keyIndex: ‸16 } }'),
    /from 0 to 15/,
  ],
  [
    'a key index of rtc-node',
    role('{ publish: audio, e2ee: { passphrase: { env: X }, keyIndex: 1 }, ‸engine: rtc }'),
    /key index 0 only/,
  ],
  [
    'an unknown path',
    role('{ path: ‸turn-upd }'),
    /unknown path "turn-upd"; did you mean turn-udp\?/,
  ],
  [
    'an unknown path of a group',
    CALLS.replace('rooms: 3', 'rooms: 3\n    path: ‸relay'),
    /unknown path "relay"; available: direct, ice-tcp/,
  ],
  [
    'an unknown layout',
    role('{ layout: ‸mosaic }'),
    /"mosaic" is not a layout; write all, speaker, grid:N/,
  ],
  ['a grid without tiles', role('{ layout: ‸grid }'), /a grid needs a number of tiles/],
  [
    'a layout of what is not received',
    role('{ subscribe: false, ‸layout: all }'),
    /has no effect: subscribe is false/,
  ],
  ['data without a unit', role('{ data: ‸"10" }'), /a rate needs its unit; write 10\/s/],
  ['data that are too large', role('{ data: ‸10/s:99999B }'), /a message has 20 to 15000 bytes/],
  [
    'an unknown network',
    role('{ network: ‸weak-5g }'),
    /unknown network "weak-5g"; available: perfect, /,
  ],
  [
    'loss of more than all',
    role('{ network: { up: { loss: ‸120% } } }'),
    /must be from 0% to 100%/,
  ],
  ['loss without a unit', role('{ network: { up: { loss: ‸2 } } }'), /must be from 0% to 100%/],
  [
    'a rate of bits that is none',
    role('{ network: { down: { rate: ‸fast } } }'),
    /"fast" is not a bit rate; write 750kbit\/s/,
  ],
  [
    'runs of losses too short for their share',
    role('{ network: { up: { loss: 90%, burst: ‸2 } } }'),
    /is too short for that much loss/,
  ],
  ['an unknown grant', role('{ grants: { ‸canPubish: false } }'), /did you mean canPublish\?/],
  [
    'permanent where all participants stay',
    role('{ ‸permanent: true }'),
    /has no effect: with constant-rooms all participants stay/,
  ],
  [
    'a profile that is called as a track',
    `${CALLS}profiles: { ‸audio: [video] }\n`,
    /"audio" is a track already/,
  ],

  // Groups and roles.
  ['no roles', CALLS.replace(ROLES, '‸roles: {}'), /no participant would join/],
  [
    'roles without participants',
    CALLS.replace('count: 2', 'count: 0').replace('roles', '‸roles'),
    /no participant would join: every count is 0/,
  ],
  [
    'subscribers without a publisher',
    role('{ layout: all }')
      .replace(/\n.*other:.*$/m, '')
      .replace('me:', '‸me:'),
    /me: no participant of their rooms sends anything that they could receive; .*subscribe: true/,
  ],
  [
    'listeners in rooms without audio',
    role('{ publish: video, layout: ‸audio-only }').replace(/\n.*other:.*$/m, ''),
    /me.layout: leaves nothing to receive: their rooms have video only; publish audio as well/,
  ],
  [
    'many rooms of one name',
    CALLS.replace('rooms: 3', 'rooms: ‸3\n    room: hall'),
    /must be 1, because room names one/,
  ],
  [
    'a prefix beside a name',
    CALLS.replace('rooms: 3', 'room: hall\n    ‸roomPrefix: x'),
    /has no effect with room/,
  ],
  [
    'a name for rooms that overlap',
    calls(
      `executor: ramping-rooms\nroom: hall\nstages: [{ duration: 9s, target: 3 }]\n${ROLES}`,
    ).replace('calls', '‸calls'),
    /names one room \("hall"\), but would have several open/,
  ],
  [
    'churn in which all roles are permanent',
    calls(
      'executor: per-room-churn\nrooms: 2\nduration: 10s\nsessionDuration: 3s\n‸roles: { a: { count: 2, publish: audio, permanent: true } }',
    ),
    /are all permanent: no participant is ever replaced/,
  ],

  // Stages and lessons.
  ['no stages', ramp('stages: ‸[]'), /has no stages/],
  ['a stage of no time', ramp('stages: [{ duration: ‸0s, target: 3 }]'), /must be more than 0s/],
  [
    'a stage without a unit',
    ramp('stages: [{ duration: ‸30, target: 3 }]'),
    /a duration needs a unit; write 30s/,
  ],
  [
    'nothing all the time',
    ramp('startRooms: 0\nstages: ‸[{ duration: 9s, target: 0 }, { duration: 9s, target: 0 }]'),
    /no room ever opens: every target is 0/,
  ],
  [
    'no rate all the time',
    calls(
      `executor: ramping-arrival-rate\nroomDuration: 5s\nstages: ‸[{ duration: 9s, target: 0 }]\n${ROLES}`,
    ),
    /no room ever opens: every rate is 0/,
  ],
  [
    'a rate at which nothing comes in that time',
    calls(
      `executor: ramping-arrival-rate\ntimeUnit: 1h\nroomDuration: 5s\nstages: [{ duration: 9s, target: 1 }]\n${ROLES}`,
    ).replace('groups', '‸groups'),
    /no participant would join/,
  ],
  [
    'a rate with its unit',
    calls(`executor: constant-arrival-rate\nrate: ‸3/s\nduration: 9s\nroomDuration: 5s\n${ROLES}`),
    /must be a number above 0/,
  ],
  [
    'two distributions',
    calls(
      `executor: constant-arrival-rate\nrate: 3\nduration: 9s\nroomDuration: ‸{ uniform: [1s, 2s], exponential: 3s }\n${ROLES}`,
    ),
    /must be one distribution/,
  ],
  [
    'a distribution upside down',
    calls(
      `executor: constant-arrival-rate\nrate: 3\nduration: 9s\nroomDuration: { uniform: ‸[9s, 2s] }\n${ROLES}`,
    ),
    /the longest is shorter than the shortest; swap them/,
  ],
  [
    'a distribution without units',
    calls(
      `executor: constant-arrival-rate\nrate: 3\nduration: 9s\nroomDuration: { lognormal: { median: ‸20, sigma: 1 } }\n${ROLES}`,
    ),
    /a duration needs a unit; write 20s/,
  ],
  ['no lessons', lessons('lessons: ‸[]'), /has no lessons/],
  [
    'a lesson that fills when it ends',
    lessons('lessons: [{ at: 0s, rooms: 1, joinSpread: ‸9s, duration: 9s }]'),
    /is as long as the lesson/,
  ],
  [
    'two stages of one name',
    ramp('stages: [{ name: up, duration: 9s, target: 3 }, { name: ‸up, duration: 9s, target: 3 }]'),
    /the name "up" is taken by a stage of calls/,
  ],
  [
    'a stage called as a window',
    ramp('stages: [{ name: ‸joining, duration: 9s, target: 3 }]'),
    /the name "joining" is taken by a window that every run has/,
  ],
  [
    'a name that a stage without one has',
    ramp('stages: [{ duration: 9s, target: 3 }, { name: ‸stage-1, duration: 9s, target: 3 }]'),
    /the name "stage-1" is taken/,
  ],

  // The timeline.
  [
    'a stretch called as a stage',
    `${ramp('stages: [{ name: up, duration: 9s, target: 3 }]')}windows: [{ name: ‸up, from: 1s }]\n`,
    /the name "up" is taken by a stage of calls/,
  ],
  [
    'a stretch that ends before it begins',
    `${CALLS}windows: [{ name: a, from: 3s, to: ‸2s }]\n`,
    /is not after from/,
  ],
  [
    'a stretch after the end',
    `${CALLS}windows: [{ name: a, from: ‸11s }]\n`,
    /the run ends after 10\.1s/,
  ],
  [
    'a stretch without a unit',
    `${CALLS}windows: [{ name: a, from: ‸3 }]\n`,
    /a duration needs a unit; write 3s/,
  ],

  // Thresholds.
  [
    'an unknown metric',
    thresholds('‸join_tiem: [p(95)<2000]'),
    /unknown metric "join_tiem"; did you mean join_time\?/,
  ],
  [
    'an unknown aggregation',
    thresholds('join_time: ["‸rate<1"]'),
    /join_time has no "rate"; a trend has avg/,
  ],
  [
    'an expression that breaks off',
    thresholds('join_time:\n  - p(95)<2000\n  - p(95)<‸'),
    /expected a number/,
  ],
  [
    'an unknown label',
    thresholds('join_time{‸kind:audio}: p(95)<2000'),
    /join_time has no label "kind"/,
  ],
  ['a kind there is not', thresholds('jitter{kind:‸sound}: p(95)<30'), /unknown kind "sound"/],
  [
    'a role without participants',
    thresholds('join_time{‸role:caler}: [p(95)<2000]'),
    /no participant has the role "caler"; did you mean caller\?/,
  ],
  [
    'a group that there is not',
    thresholds('join_time{‸group:call}: [p(95)<2000]'),
    /unknown group "call"; did you mean calls\?/,
  ],
  [
    'a kind that is not published',
    thresholds('jitter{‸kind:video}: [p(95)<30]'),
    /no video is received by any participant; the scenario has audio \(opus\)/,
  ],
  [
    'a codec that is not used',
    thresholds('jitter{‸codec:vp8}: [p(95)<30]'),
    /no vp8 track is received/,
  ],
  [
    'a metric of listeners of HLS',
    thresholds('‸hls_live_age: [p(95)<8000]'),
    /measured by swarm hls only.*swarm hls --threshold/s,
  ],
  [
    'a metric of webhooks',
    thresholds('‸presence_missed: [count==0]'),
    /measured by swarm presence only.*swarm presence --threshold/s,
  ],
  [
    'data that is not sent',
    thresholds('‸data_loss: [rate==0]'),
    /no data messages are received by any participant/,
  ],
  [
    'a window that there is not',
    thresholds('join_time‸@peak: [p(95)<2000]'),
    /unknown window "peak"; available: joining, steady/,
  ],
  [
    'every stage of none',
    thresholds('join_time‸@*: [p(95)<2000]'),
    /@\* selects every stage, and there are none/,
  ],
  [
    'a stretch of time after the end',
    thresholds('join_time‸@30s..60s: [p(95)<2000]'),
    /the run ends after/,
  ],
  [
    'a delay of nothing',
    thresholds('join_time: [{ threshold: p(95)<2000, ‸delayAbortEval: 3s }]'),
    /has no effect without abortOnFail/,
  ],
  [
    'a delay without a unit',
    thresholds('join_time: [{ threshold: p(95)<2000, abortOnFail: true, delayAbortEval: ‸3 }]'),
    /a duration needs a unit; write 3s/,
  ],
  ['an expression that is a number', thresholds('join_time: [‸3]'), /must be an expression/],

  // Scales.
  ['a scale that is none', `${CALLS}scales: { small: ‸3 }\n`, /must be a mapping/],
  [
    'a mistake in a scale',
    `${CALLS}scales: { small: { groups: { calls: { duration: ‸8 } } } }\n`,
    /a duration needs a unit \(with --scale small\); write 8s/,
  ],
  [
    'a misspelt key in a scale',
    `${CALLS}scales: { small: { groups: { calls: { ‸roms: 8 } } } }\n`,
    /unknown key "roms" \(with --scale small\); did you mean rooms\?/,
  ],
  [
    'what only a scale takes away',
    `${thresholds('join_time{‸role:caller}: [p(95)<2000]')}scales: { small: { groups: { calls: { roles: { caller: null, other: { count: 2, publish: audio } } } } } }\n`,
    /no participant has the role "caller" \(with --scale small\)/,
  ],
  [
    'a scale of scales',
    `${CALLS}scales: { small: { ‸scales: {} } }\n`,
    /unknown key "scales" \(with --scale small\)/,
  ],
];

describe('a scenario file with a mistake', () => {
  it.each(WRONG)('%s: reports what, where and what to do', (_what, text, message) => {
    const { text: broken, line, column } = marked(text);
    const problems = problemsOf(broken);
    expect(
      problems.map(
        ({ path, message, hint }) =>
          `${path === '' ? '' : `${path}: `}${message}${hint === null ? '' : `; ${hint}`}`,
      ),
    ).toEqual([
      expect.stringMatching(new RegExp(message.source.replace(/^\^(?=[a-z"*])/, '^(?:[^ ]+: )?'))),
    ]);
    expect(problems[0]).toMatchObject({ file: 'x.yaml', line, column });
  });

  it('lists all mistakes at once, in the order of the file', () => {
    const text = [
      'scenario: Big Meeting',
      'sede: 3',
      'groups:',
      '  calls:',
      '    executor: constant-room',
      '    roles: { caller: { count: two, publsh: audio } }',
      '  ramp:',
      '    executor: ramping-rooms',
      '    stages: [{ duration: 30, target: 5 }]',
      '    roles: { talker: { count: 2, publish: audio } }',
      'windows: [{ name: steady, from: 3s }]',
      'thresholds:',
      '  join_tiem: [p(95)<2000]',
      '  join_time{role:taker}: [p(95)<2000]',
      '  join_time@peak: [p(95)<2000]',
    ].join('\n');
    expect(problemsOf(text).map(({ line, path }) => `${line} ${path}`)).toEqual([
      '1 scenario',
      '2 sede',
      '5 groups.calls.executor',
      '6 groups.calls.roles.caller.count',
      '6 groups.calls.roles.caller.publsh',
      '9 groups.ramp.stages[0].duration',
      '11 windows[0].name',
      '13 thresholds.join_tiem[0]',
      '14 thresholds.join_time{role:taker}[0]',
      '15 thresholds.join_time@peak[0]',
    ]);
  });

  it('has all mistakes in its message', () => {
    const text = CALLS.replace('10s', '10').replace('rooms: 3', 'rooms: 0');
    expect(() => parseScenario(text, { file: 'x.yaml' })).toThrow(
      'x.yaml:5:12: groups.calls.rooms: must be a whole number from 1 to 100000\nx.yaml:6:15: groups.calls.duration: a duration needs a unit; write 10s',
    );
  });

  it('has no control characters of the file in its message', () => {
    const text = CALLS.replace('rooms: 3', 'rooms: 3\n    "\\e[31mred\\nline → x": 3').replace(
      '10s',
      '"\\e[2J → 3"',
    );
    expect(problemsOf(text).map(({ path, message }) => `${path} ${message}`)).toEqual([
      'groups.calls. [31mred line → x unknown key " [31mred line → x"',
      'groups.calls.duration " [2J → 3" is not a duration',
    ]);
  });

  it('counts mistakes that are too many to list', () => {
    const text = CALLS.replace(
      'rooms: 3',
      Array.from({ length: 60 }, (_, index) => `x${index}: 3`).join('\n    '),
    );
    expect(() => parseScenario(text, { file: 'x.yaml' })).toThrow(/\nand 1\d more$/);
  });
});

it('suggests groups that can be written as they are', () => {
  const [problem] = problemsOf('scenario: x\n');
  expect(problem?.message).toBe('groups is missing');
  const suggested = problem?.hint?.replace(/^write /, '') ?? '';
  expect(suggested).toMatch(/^groups: /);
  expect(problemsOf(`scenario: x\n${suggested}\n`)).toEqual([]);
});
