import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface RecordingChoices {
  seconds?: number;
  /** Delay of the beeps behind the flashes, s. */
  beepsLateBy?: number;
  /** Filters after the picture and after the sound. */
  picture?: string;
  sound?: string;
  /** Arguments of ffmpeg before the output: codecs, what is left out. */
  output?: readonly string[];
}

/** Writes a recording with a flash and a beep of 100 ms at each second. */
export const makeRecording = async (
  file: string,
  { seconds = 8, beepsLateBy = 0, picture, sound, output = [] }: RecordingChoices = {},
): Promise<void> => {
  const flash = "drawbox=c=white:t=fill:enable='lt(mod(t,1),0.1)'";
  const beep = `volume='if(lt(mod(t-${beepsLateBy}+1,1),0.1),1,0)':eval=frame`;
  // ffmpeg has one beep per block of 1,024 samples: blocks of 10 ms begin where it should.
  const blocks = 'asetnsamples=480';
  await run('ffmpeg', [
    ...['-nostdin', '-v', 'error', '-y'],
    ...['-f', 'lavfi', '-i', `color=gray:s=320x180:r=25:d=${seconds},${flash}`],
    ...['-f', 'lavfi', '-i', `sine=f=1000:r=48000:d=${seconds},${blocks},${beep}`],
    ...(picture === undefined ? [] : ['-vf', picture]),
    ...(sound === undefined ? [] : ['-af', sound]),
    ...['-fps_mode', 'passthrough', '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25'],
    ...['-c:a', 'aac', ...output, file],
  ]);
};
