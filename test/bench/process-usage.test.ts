import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { endedChildrenCpuSeconds, forgetPeak, ownMemoryBytes, usageOf } from './process-usage.js';

const heldBytes = 256 * 1024 ** 2;

/** Holds memory, says so, lets go of it and says so. */
const holder = `
let held = Buffer.alloc(${heldBytes}, 1);
console.log('held');
process.stdin.once('data', () => {
  held = undefined;
  gc();
  console.log('let go');
});
`;

describe.runIf(process.platform === 'linux')('what a process has used', () => {
  it('has in it the memory that it held at its peak, until that is forgotten', async () => {
    const child = spawn(process.execPath, ['--expose-gc', '-e', holder]);
    onTestFinished(() => void child.kill('SIGKILL'));
    const pid = child.pid ?? 0;
    await once(child.stdout, 'data');
    child.stdin.write('let go\n');
    await once(child.stdout, 'data');

    // What was collected is given back by a thread of its own.
    await vi.waitFor(async () => expect(await ownMemoryBytes(pid)).toBeLessThan(heldBytes / 2));
    const { peakBytes } = await usageOf(pid);
    await forgetPeak(pid);

    expect(peakBytes).toBeGreaterThan(heldBytes);
    expect((await usageOf(pid)).peakBytes).toBeLessThan(heldBytes);
  });

  it('has in it the processor time of children that have ended', async () => {
    const before = await endedChildrenCpuSeconds();
    const busy = 'const endMs = Date.now() + 200; while (Date.now() < endMs);';

    await once(spawn(process.execPath, ['-e', busy]), 'exit');

    expect(await endedChildrenCpuSeconds()).toBeGreaterThan(before);
  });
});
