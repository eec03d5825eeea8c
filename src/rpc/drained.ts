interface Writable {
  once(event: 'drain', then: () => void): unknown;
  off(event: 'drain', then: () => void): unknown;
}

/** Waits until a stream takes more, or until nobody wants it any more: a broken one never drains. */
export function drained(stream: Writable, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      stream.off('drain', end);
      gone.removeEventListener('abort', end);
      resolve();
    };
    stream.once('drain', end);
    gone.addEventListener('abort', end);
    if (gone.aborted) end();
  });
}
