import { fstatSync } from 'node:fs';
import type { Input, InputTrack } from 'mediabunny';
import { type Mp4Facts, type Mp4Track, mp4FactsLimits, shortText } from '../../domain/mp4-facts.js';
import { readFully } from '../full-io.js';

interface FilmToRead {
  readonly fd: number;
  readonly faststart: boolean;
  readonly fragmented: boolean;
}

const factsLimits = {
  /** Enough for the index of a day of film; at it the facts are unreadable. */
  bytesReadMax: 256 * 1024 * 1024,
  cacheBytes: 8 * 1024 * 1024,
} as const;

/** Never fails: what cannot be read is said to be unreadable, and why. */
export async function readFacts(input: FilmToRead): Promise<Mp4Facts> {
  try {
    return await withInput(input.fd, async (source) => ({
      kind: 'mp4',
      durationMs: Math.round((await durationSeconds(source)) * 1000),
      faststart: input.faststart,
      fragmented: input.fragmented,
      tracks: await Promise.all((await boundedTracks(source)).map(describeTrack)),
    }));
  } catch (error) {
    // whatever the demuxer makes of bytes that nobody has judged before
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'unreadable', faststart: input.faststart, reason: shortText(reason) };
  }
}

/** The demuxer is loaded by the first task that needs it: most threads only hash. */
async function withInput<Value>(
  fd: number,
  work: (input: Input) => Promise<Value>,
): Promise<Value> {
  const { CustomSource, Input, Logging, LogLevel, MP4, QTFF } = await import('mediabunny');
  // a thread's console is the process's stdout, which carries data only
  Logging.level = LogLevel.Silent;
  let bytesLeft: number = factsLimits.bytesReadMax;
  let isOpen = true;
  const source = new CustomSource({
    getSize: () => fstatSync(fd).size,
    read: (start, end) => {
      // the number of a closed descriptor may already be another file's
      if (!isOpen) throw new Error('the file is closed');
      bytesLeft -= end - start;
      if (bytesLeft < 0) throw new Error('its index is too large');
      const bytes = new Uint8Array(end - start);
      if (readFully(fd, bytes, start) < bytes.length) throw new Error('it was cut short');
      return bytes;
    },
    maxCacheSize: factsLimits.cacheBytes,
    prefetchProfile: 'fileSystem',
    // a read ahead that nobody waits for; the read that needs those bytes fails by itself
    handleUnhandledError: () => undefined,
  });
  const input = new Input({ formats: [MP4, QTFF], source });
  try {
    return await work(input);
  } finally {
    input.dispose();
    isOpen = false;
  }
}

async function durationSeconds(input: Input): Promise<number> {
  const seconds = (await input.getDurationFromMetadata()) ?? (await input.computeDuration());
  if (!Number.isFinite(seconds) || seconds < 0) throw new Error('its duration makes no sense');
  return seconds;
}

async function boundedTracks(input: Input): Promise<readonly InputTrack[]> {
  const tracks = await input.getTracks();
  if (tracks.length === 0) throw new Error('its index names no track');
  if (tracks.length > mp4FactsLimits.tracksMax)
    throw new Error(`it has more than ${mp4FactsLimits.tracksMax} tracks`);
  return tracks;
}

async function describeTrack(track: InputTrack): Promise<Mp4Track> {
  const codec = shortText((await track.getCodecParameterString()) ?? (await sampleEntry(track)));
  const type = track.type;
  if (!track.isVideoTrack()) return { type, codec };
  return {
    type,
    codec,
    width: await track.getDisplayWidth(),
    height: await track.getDisplayHeight(),
  };
}

async function sampleEntry(track: InputTrack): Promise<string> {
  const entry = await track.getInternalCodecId();
  return typeof entry === 'string' ? entry : 'unknown';
}
