"""Voice agent without models, in LiveKit's framework for Python.

It answers a given time after the last voice that it hears with a tone, and stops when it is
interrupted.
"""

import asyncio
import os

import numpy as np
from livekit import rtc
from livekit.agents import AgentServer, AutoSubscribe, JobContext

# Time from the last voice heard to the answer.
AFTER_S = float(os.environ.get("ANSWER_AFTER_MS", "800")) / 1000
LENGTH_S = float(os.environ.get("ANSWER_LENGTH_MS", "1500")) / 1000
MOST_JOBS = int(os.environ.get("MOST_JOBS", "4"))

SAMPLE_RATE = 48_000
FRAME_MS = 20
SAMPLES = SAMPLE_RATE * FRAME_MS // 1000
# Audio that is sent ahead: as much follows an interruption at most.
QUEUE_MS = 100
# Level above which a frame has voice: -45 dBov, which is what callers of swarm use.
VOICE = 32_768 * 10 ** (-45 / 20)
# Frames with voice that interrupt an answer: a click does not.
INTERRUPTING_FRAMES = 3


def tone_frame(index: int) -> rtc.AudioFrame:
    """Frame of a tone of 440 Hz; its number decides the phase, so that the tone has no clicks."""
    at = np.arange(index * SAMPLES, (index + 1) * SAMPLES)
    samples = (8_000 * np.sin(2 * np.pi * 440 * at / SAMPLE_RATE)).astype(np.int16)
    return rtc.AudioFrame(samples.tobytes(), SAMPLE_RATE, 1, SAMPLES)


def has_voice(frame: rtc.AudioFrame) -> bool:
    samples = np.frombuffer(frame.data, dtype=np.int16).astype(np.float64)
    return float(np.mean(samples * samples)) > VOICE * VOICE


class Answers:
    """Answers in one room."""

    def __init__(self) -> None:
        self.source = rtc.AudioSource(SAMPLE_RATE, 1, QUEUE_MS)
        self._next: asyncio.TimerHandle | None = None
        self._answer_task: asyncio.Task[None] | None = None
        self._is_speaking = False
        self._interrupting_frames = 0

    async def listen_to(self, track: rtc.Track) -> None:
        stream = rtc.AudioStream(
            track, sample_rate=SAMPLE_RATE, num_channels=1, frame_size_ms=FRAME_MS
        )
        async for event in stream:
            self._hear(event.frame)

    def _hear(self, frame: rtc.AudioFrame) -> None:
        if not has_voice(frame):
            self._interrupting_frames = 0
            return
        if self._is_speaking:
            self._interrupting_frames += 1
            if self._interrupting_frames < INTERRUPTING_FRAMES:
                return
            self._is_speaking = False
            self.source.clear_queue()
        if self._next is not None:
            self._next.cancel()
        self._next = asyncio.get_running_loop().call_later(AFTER_S, self._begin)

    def _begin(self) -> None:
        self._answer_task = asyncio.create_task(self._answer())

    async def _answer(self) -> None:
        self._is_speaking = True
        self._interrupting_frames = 0
        index = 0
        while self._is_speaking and index * FRAME_MS < LENGTH_S * 1000:
            await self.source.capture_frame(tone_frame(index))
            index += 1
        self._is_speaking = False


def load(worker: AgentServer) -> float:
    """Load by jobs: the CPU of the host, which is the default, says little about such agents.

    The server offers no job at a load of 0.7 or above.
    """
    return 0.7 * len(worker.active_jobs) / MOST_JOBS


server = AgentServer(
    port=int(os.environ.get("HEALTH_PORT", "8081")),
    num_idle_processes=int(os.environ.get("IDLE_PROCESSES", "2")),
    load_fnc=load,
    load_threshold=0.7,
)


@server.rtc_session(agent_name=os.environ.get("AGENT_NAME", "example"))
async def entrypoint(ctx: JobContext) -> None:
    answers = Answers()
    listening: set[asyncio.Task[None]] = set()

    def is_agent(participant: rtc.RemoteParticipant) -> bool:
        return participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT

    @ctx.room.on("track_subscribed")
    def on_track(
        track: rtc.Track, _: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO and not is_agent(participant):
            task = asyncio.create_task(answers.listen_to(track))
            listening.add(task)
            task.add_done_callback(listening.discard)

    @ctx.room.on("participant_disconnected")
    def on_left(_: rtc.RemoteParticipant) -> None:
        if all(map(is_agent, ctx.room.remote_participants.values())):
            ctx.shutdown("the caller has left")

    await ctx.connect(auto_subscribe=AutoSubscribe.AUDIO_ONLY)
    track = rtc.LocalAudioTrack.create_audio_track("answers", answers.source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
    await ctx.room.local_participant.publish_track(track, options)
    # As the framework's own sessions do: callers see when the agent can speak.
    await ctx.room.local_participant.set_attributes({"lk.agent.state": "listening"})
