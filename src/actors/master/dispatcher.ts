/**
 * The one place where what the thread actors decided is carried out.
 *
 * Each effect is data; this sends it where it belongs and turns every failure into a
 * message to the actor that asked.
 */
import { parseAddress } from '../../domain/address.js';
import { type FileRecord, factsToStore } from '../../domain/file-record.js';
import { takeCensus } from '../../domain/replica-census.js';
import { toFactsMessage } from '../../rpc/file-message.js';
import type { MonitorEffect } from '../heartbeat-monitor/messages.js';
import type { TableNotice } from '../lookup-table/messages.js';
import type { ReplicationEffect } from '../replication-loop/messages.js';
import { dialBack } from './dial-back.js';
import { VerifyBeforeDrop } from './verify-before-drop.js';
import { type MasterWorld, readTickets } from './world.js';

type Effect<Type extends ReplicationEffect['type']> = Extract<ReplicationEffect, { type: Type }>;

type Judged<Type extends MonitorEffect['type']> = Extract<MonitorEffect, { type: Type }>;

export class Dispatcher {
  readonly #world: MasterWorld;
  readonly #verifyBeforeDrop: VerifyBeforeDrop;

  constructor(world: MasterWorld) {
    this.#world = world;
    this.#verifyBeforeDrop = new VerifyBeforeDrop(world);
  }

  onMonitorEffect(effect: MonitorEffect): void {
    switch (effect.type) {
      case 'keeper changed':
        this.#onKeeperChanged(effect);
        return;
      case 'dial back':
        this.#dialBack(effect);
        return;
      case 'paused':
        this.#world.log.warn(
          { pausedMs: effect.pausedMs },
          'this process was paused: the silence of keepers is forgiven',
        );
        this.#world.loop.post({ type: 'master paused' });
    }
  }

  onTableNotice(notice: TableNotice): void {
    const { counters, loop, uploads, drops, earlyFinds, keepers, mode } = this.#world;
    counters.noteNotice(notice);
    switch (notice.type) {
      case 'file changed':
      case 'file gone':
        loop.post(notice);
        return;
      case 'upload progressed':
      case 'upload ended':
        uploads.tell(notice);
        this.#run('finds', earlyFinds.settle(this.#world, notice.uploadId), () => undefined);
        return;
      case 'drop due':
        drops.wake(notice.keeper);
        return;
      case 'discard due': {
        // An older table may take a committed upload for one that expired. What is left there for that
        // is found by the keeper's next inventory.
        if (mode().mode !== 'serving') return;
        const { keeper, uploadId, fileId } = notice;
        const incarnation = keepers.views.get(keeper)?.incarnation ?? 0;
        keepers.send(keeper, { $case: 'discard', value: { uploadId, fileId, incarnation } });
      }
    }
  }

  onLoopEffect(effect: Exclude<ReplicationEffect, { type: 'counts' }>): void {
    this.#world.counters.noteEffect(effect);
    switch (effect.type) {
      case 'survey':
        this.#run('survey', this.#survey(effect), () => undefined);
        return;
      case 'copy': {
        const { fileId, destination } = effect;
        this.#run('copy', this.#copy(effect), () =>
          this.#world.loop.post({ type: 'copy ended', fileId, destination, outcome: 'failed' }),
        );
        return;
      }
      case 'drop': {
        const { fileId, keeper } = effect;
        this.#run('drop', this.#drop(effect), () =>
          this.#world.loop.post({ type: 'drop ended', fileId, keeper, outcome: 'refused' }),
        );
      }
    }
  }

  #onKeeperChanged({ keeper, state, from, cause }: Judged<'keeper changed'>): void {
    const { counters, keepers, log, verifications } = this.#world;
    counters.verdicts.add(state);
    const level = state === 'suspect' || state === 'lost' ? 'warn' : 'info';
    log[level]({ keeper, from, state, cause }, 'keeper changed');
    keepers.judged(keeper, state);
    if (state === 'lost') verifications.lose(keeper);
    if (state === 'joining') verifications.lose(keeper, 'its keeper has registered anew');
  }

  #dialBack({ keeper, incarnation }: Judged<'dial back'>): void {
    const { keepers, monitor } = this.#world;
    const address = parseAddress(keepers.views.get(keeper)?.address ?? '');
    if (address === undefined) return;
    // A keeper that said goodbye is judged by its silence alone: it may be back in a moment.
    const dialled = keepers.hasLeft(keeper)
      ? Promise.resolve('silent' as const)
      : dialBack(address);
    // Never rejects: whatever happens to the socket is one of the three answers.
    void dialled.then((answer) =>
      monitor.post({ type: 'dialled back', keeper, incarnation, answer }),
    );
  }

  async #survey({ scope, after, limit }: Effect<'survey'>): Promise<void> {
    const page = await this.#world.table.ask('survey files', {
      limit,
      ...('keeper' in scope ? { keeper: scope.keeper } : {}),
      ...(after === undefined ? {} : { after }),
    });
    this.#world.loop.post({
      type: 'files surveyed',
      scope,
      files: page.files,
      ...(page.next === undefined ? {} : { next: page.next }),
    });
  }

  async #copy({ fileId, size, digest, sources, destination }: Effect<'copy'>): Promise<void> {
    const { keepers, log } = this.#world;
    const file = await this.#findFile(fileId);
    const incarnation = keepers.views.get(destination)?.incarnation ?? 0;
    const tickets = readTickets(this.#world, file, sources, { keeper: destination });
    if (tickets.length === 0) throw new Error('no source has a key yet');
    const pressing = takeCensus(file, keepers.views).live.length <= 1;
    const { uploadId } = file;
    const facts = toFactsMessage(factsToStore(file));
    const value = {
      fileId,
      uploadId,
      facts,
      incarnation,
      size,
      digest,
      sources: tickets,
      pressing,
    };
    if (!keepers.send(destination, { $case: 'copy', value }))
      throw new Error(`${destination} is not connected`);
    log.info({ file: fileId, name: file.name, destination, sources }, 'copy ordered');
  }

  async #drop(effect: Effect<'drop'>): Promise<void> {
    const { keepers, log, loop, mode, table } = this.#world;
    const { fileId, keeper, incarnation, why } = effect;
    const quarantinedOnly = why === 'quarantined';
    const drop = { fileId, keeper, incarnation, quarantinedOnly };
    const staying = await this.#verifyBeforeDrop.findSound(effect);
    const verdict = await table.ask('agree to drop', { ...drop, staying });
    if (!verdict.agreed) throw new Error(verdict.reason);
    // An inventory that is under way may still name the replica: it calls the drop off.
    const view = keepers.views.get(keeper);
    if (view?.incarnation !== incarnation || view.inventory !== 'whole')
      throw new Error(`${keeper} is registering anew`);
    if (mode().mode !== 'serving') throw new Error(`nothing is dropped in ${mode().mode}`);
    const value = { fileId, incarnation, quarantinedOnly, deleted: false };
    if (!keepers.send(keeper, { $case: 'drop', value }))
      throw new Error(`${keeper} is not connected`);
    loop.post({ type: 'drop ordered', fileId, keeper });
    log.info({ file: fileId, keeper, why }, 'drop ordered');
  }

  async #findFile(fileId: FileRecord['fileId']): Promise<FileRecord> {
    const file = await this.#world.table.ask('find file', { fileId });
    if (file === null) throw new Error(`${fileId} has been deleted`);
    return file;
  }

  #run(what: string, work: Promise<void>, onFailure: () => void): void {
    work.catch((error: unknown) => {
      this.#world.log.warn({ err: error }, `${what} not carried out`);
      onFailure();
    });
  }
}
