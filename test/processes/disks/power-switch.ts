/**
 * Takes the power from mounted file systems: what was not synced is gone.
 *
 * Both ext4 and XFS know the request that shuts a file system down without writing its journal out
 * (`FS_IOC_SHUTDOWN`, formerly `XFS_IOC_GOINGDOWN`). Node can make no such request; perl can, and
 * every Debian has it. It is started beforehand, with the disks open, so that between the moment
 * that is chosen and the cut nothing has to be loaded.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** `_IOR('X', 125, __u32)` of linux/fs.h with FS_SHUTDOWN_FLAGS_NOLOGFLUSH, once for each disk. */
const program = `
  my @disks = map { open(my $disk, '<', $_) or die "$_: $!"; $disk } @ARGV;
  syswrite(STDOUT, "armed\\n");
  sysread(STDIN, my $word, 1) or exit 0;
  for my $disk (@disks) {
    my $flags = pack('L', 2);
    ioctl($disk, 0x8004587D, $flags) or die "shutdown: $!";
  }
`;

export class PowerSwitch {
  readonly #child: ChildProcess;

  /** @param disks mount points; they stay in use until the switch has been used */
  static async arm(disks: readonly string[]): Promise<PowerSwitch> {
    const child = spawn('perl', ['-e', program, ...disks], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.stdin?.end());
    await once(child.stdout, 'data');
    return new PowerSwitch(child);
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves when none of the disks takes or gives anything any more. */
  async cut(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.write('!');
    const [code] = await ended;
    if (code !== 0) throw new Error('not every disk could be shut down');
  }
}
