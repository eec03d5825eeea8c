import { writeFileSync } from 'node:fs';
import { platform } from 'node:process';

/** Of the kernel, without its closing zero. */
const threadNameBytesMax = 15;

/** Names the calling thread, so that `ps -T -o comm` and `top -H` tell threads apart; on Linux only. */
export function nameThread(name: string): void {
  if (platform !== 'linux') return;
  try {
    writeFileSync('/proc/thread-self/comm', name.slice(0, threadNameBytesMax));
  } catch (error) {
    // A container may hide or lock /proc; a thread without a name works as well.
    if (!isProcClosed(error)) throw error;
  }
}

function isProcClosed(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return ['ENOENT', 'EACCES', 'EPERM', 'EROFS', 'EINVAL'].includes(String(code));
}
