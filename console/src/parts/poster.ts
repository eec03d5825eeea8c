/** One frame of a film, as a picture: the browser decodes it, and nobody else has to be able to. */

const edgeMaxPixels = 1280;

/** @returns nothing when the browser cannot show the film, or the signal is aborted */
export async function capturePoster(
  source: string,
  atSeconds: number,
  signal: AbortSignal,
): Promise<Blob | undefined> {
  const video = document.createElement('video');
  video.muted = true;
  video.preload = 'metadata';
  try {
    await shows(video, 'loadedmetadata', signal, () => {
      video.src = source;
    });
    await shows(video, 'seeked', signal, () => {
      video.currentTime = atSeconds;
    });
    return await draw(video);
  } catch (error) {
    if (error instanceof NoPicture) return undefined;
    throw error;
  } finally {
    // What is still being read for it ends here.
    video.removeAttribute('src');
    video.load();
  }
}

class NoPicture extends Error {}

function shows(
  video: HTMLVideoElement,
  event: 'loadedmetadata' | 'seeked',
  signal: AbortSignal,
  begin: () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new NoPicture());
    if (signal.aborted) fail();
    video.addEventListener(event, () => resolve(), { once: true });
    video.addEventListener('error', fail, { once: true });
    signal.addEventListener('abort', fail, { once: true });
    begin();
  });
}

async function draw(video: HTMLVideoElement): Promise<Blob | undefined> {
  const { videoWidth, videoHeight } = video;
  const scale = Math.min(1, edgeMaxPixels / Math.max(videoWidth, videoHeight, 1));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(videoWidth * scale);
  canvas.height = Math.round(videoHeight * scale);
  const context = canvas.getContext('2d');
  if (context === null || canvas.width === 0) return undefined;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const picture = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', 0.82);
  });
  return picture ?? undefined;
}
