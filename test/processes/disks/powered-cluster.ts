/** A cluster whose master and keepers each have a disk of their own, all on one power line. */
import type { TestContext } from 'vitest';
import { Rig, type RigOptions } from '../rig.js';
import { disksFor, type FileSystem, type LoopDisk } from './loop-disk.js';
import { PowerSwitch } from './power-switch.js';

export class PoweredCluster {
  readonly rig: Rig;
  readonly #disks: readonly LoopDisk[];

  static async start(
    test: TestContext,
    fileSystem: FileSystem,
    options: Omit<RigOptions, 'dataDirs'>,
  ): Promise<PoweredCluster> {
    const keepers = Array.from({ length: options.keepers }, (_, index) => `k${index + 1}`);
    const disks = await disksFor(test, fileSystem, ['master', ...keepers]);
    const dataDirs = new Map(Array.from(disks, ([name, disk]) => [name, disk.path]));
    return new PoweredCluster(await Rig.start({ ...options, dataDirs }), [...disks.values()]);
  }

  private constructor(rig: Rig, disks: readonly LoopDisk[]) {
    this.rig = rig;
    this.#disks = disks;
  }

  /**
   * Cuts the power of every node at the moment at which `moment` resolves, and mounts the disks
   * again. Nothing runs afterwards.
   *
   * @param moment is told when everything is ready for the cut
   */
  async cutAt<Value>(moment: () => Promise<Value>): Promise<Value> {
    const power = await PowerSwitch.arm(this.#disks.map((disk) => disk.path));
    const value = await moment();
    await power.cut();
    await this.rig.killAll();
    for (const disk of this.#disks) await disk.unmount();
    for (const disk of this.#disks) await disk.mount();
    return value;
  }

  async powerOn(): Promise<void> {
    await this.rig.startAll();
    await this.rig.healthy();
  }
}
