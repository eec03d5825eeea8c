/** Twin of `node:timers/promises`. */
import { clearTimeout, setTimeout as startTimer } from './clock.js';

export function setTimeout<Value>(
  delayMs: number,
  value?: Value,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new DOMException('This operation was aborted', 'AbortError'));
    };
    const timer = startTimer(() => {
      signal?.removeEventListener('abort', stop);
      resolve(value);
    }, delayMs);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
  });
}
