/** Nobody there, so nothing there. */
import type { Mutant } from './mutant.js';

export const silentKeeperTakenForEmpty: Mutant = {
  name: 'silent keeper taken for empty',
  does: 'When a keeper is lost, its replicas and what it still had to delete are struck from the table.',
  breaks: ['S29', 'S38', 'S1', 'L3', 'S53'],
  patches: [
    {
      file: 'src/actors/master/dispatcher.ts',
      from: '  #onKeeperChanged({ keeper, state, from, cause }',
      to: '  #onKeeperChanged({ keeper, incarnation, state, from, cause }',
    },
    {
      file: 'src/actors/master/dispatcher.ts',
      from: `    if (state === 'lost') verifications.lose(keeper);`,
      to: `    if (state === 'lost') verifications.lose(keeper);
    if (state === 'lost')
      this.#run('forgetting', this.#takeForEmpty(keeper, incarnation), () => undefined);`,
    },
    {
      file: 'src/actors/master/dispatcher.ts',
      from: `  #dialBack({ keeper, incarnation }: Judged<'dial back'>): void {`,
      to: `  async #takeForEmpty(keeper: FileRecord['replicas'][number]['keeper'], incarnation: number) {
    const { table } = this.#world;
    for (let more = true; more; ) {
      const { files, next } = await table.ask('survey files', { keeper, limit: 500 });
      const { fileIds: due } = await table.ask('drops due', { keeper, limit: 500 });
      for (const { fileId } of files) {
        const outcome = 'absent' as const;
        const at = this.#world.wallMs();
        await table.ask('record verified', { keeper, incarnation, fileId, outcome, at });
      }
      await table.ask('record dropped', {
        keeper,
        incarnation,
        fileIds: due,
        quarantinedOnly: false,
      });
      more = next !== undefined;
    }
  }

  #dialBack({ keeper, incarnation }: Judged<'dial back'>): void {`,
    },
  ],
};
