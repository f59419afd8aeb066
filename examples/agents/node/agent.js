/**
 * Voice agent without models, in LiveKit's framework for Node: answers a given time after the last
 * voice that it hears with a tone, and stops when it is interrupted.
 */
import { fileURLToPath } from 'node:url';
import { AutoSubscribe, cli, defineAgent, ServerOptions } from '@livekit/agents';
import {
  AudioFrame,
  AudioSource,
  AudioStream,
  LocalAudioTrack,
  ParticipantKind,
  RoomEvent,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';

const setting = (name, fallback) => Number(process.env[name] ?? fallback);

/** Time from the last voice heard to the answer, ms. */
const AFTER_MS = setting('ANSWER_AFTER_MS', 800);
const LENGTH_MS = setting('ANSWER_LENGTH_MS', 1_500);
const MOST_JOBS = setting('MOST_JOBS', 4);

const SAMPLE_RATE = 48_000;
const FRAME_MS = 20;
/** Audio that is sent ahead, ms: as much follows an interruption at most. */
const QUEUE_MS = 100;
/** Level above which a frame has voice: -45 dBov, which is what callers of swarm use. */
const VOICE = 32_768 * 10 ** (-45 / 20);
/** Frames with voice that interrupt an answer: a click does not. */
const INTERRUPTING_FRAMES = 3;

/** Frame of a tone of 440 Hz. @param index number of the frame, so that the tone has no clicks */
const toneFrame = (index) => {
  const length = (SAMPLE_RATE * FRAME_MS) / 1_000;
  const sampleAt = (at) =>
    8_000 * Math.sin((2 * Math.PI * 440 * (index * length + at)) / SAMPLE_RATE);
  return new AudioFrame(
    Int16Array.from({ length }, (_, at) => sampleAt(at)),
    SAMPLE_RATE,
    1,
    length,
  );
};

const hasVoice = ({ data }) => {
  let energy = 0;
  for (const sample of data) energy += sample * sample;
  return energy / data.length > VOICE * VOICE;
};

/** Answers in one room. */
class Answers {
  source = new AudioSource(SAMPLE_RATE, 1, QUEUE_MS);
  #next;
  #isSpeaking = false;
  #interruptingFrames = 0;

  async listenTo(track) {
    const format = { sampleRate: SAMPLE_RATE, numChannels: 1, frameSizeMs: FRAME_MS };
    for await (const frame of new AudioStream(track, format)) this.#hear(frame);
  }

  #hear(frame) {
    if (!hasVoice(frame)) {
      this.#interruptingFrames = 0;
      return;
    }
    if (this.#isSpeaking) {
      this.#interruptingFrames += 1;
      if (this.#interruptingFrames < INTERRUPTING_FRAMES) return;
      this.#isSpeaking = false;
      this.source.clearQueue();
    }
    clearTimeout(this.#next);
    this.#next = setTimeout(() => this.#answer(), AFTER_MS);
  }

  async #answer() {
    this.#isSpeaking = true;
    this.#interruptingFrames = 0;
    for (let index = 0; this.#isSpeaking && index * FRAME_MS < LENGTH_MS; index++)
      await this.source.captureFrame(toneFrame(index));
    this.#isSpeaking = false;
  }
}

export default defineAgent({
  entry: async (ctx) => {
    const answers = new Answers();
    const isAgent = ({ kind }) => kind === ParticipantKind.AGENT;
    ctx.room.on(RoomEvent.TrackSubscribed, (track, _, participant) => {
      if (track.kind === TrackKind.KIND_AUDIO && !isAgent(participant))
        void answers.listenTo(track);
    });
    ctx.room.on(RoomEvent.ParticipantDisconnected, () => {
      if ([...ctx.room.remoteParticipants.values()].every(isAgent))
        ctx.shutdown('the caller has left');
    });
    await ctx.connect(undefined, AutoSubscribe.AUDIO_ONLY);
    const track = LocalAudioTrack.createAudioTrack('answers', answers.source);
    const options = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
    await ctx.agent.publishTrack(track, options);
    // As the framework's own sessions do: callers see when the agent can speak.
    await ctx.agent.setAttributes({ 'lk.agent.state': 'listening' });
  },
});

if (process.argv[1] === fileURLToPath(import.meta.url))
  cli.runApp(
    new ServerOptions({
      agent: fileURLToPath(import.meta.url),
      agentName: process.env.AGENT_NAME ?? 'example',
      port: setting('HEALTH_PORT', 8081),
      numIdleProcesses: setting('IDLE_PROCESSES', 2),
      // By jobs: the CPU of the host, which is the default, shows little of agents without models.
      // The server offers no job at a load of 0.7 or above.
      loadFunc: async ({ activeJobs }) => (0.7 * activeJobs.length) / MOST_JOBS,
      loadThreshold: 0.7,
    }),
  );
