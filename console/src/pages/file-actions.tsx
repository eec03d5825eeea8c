/** What can be done with a file: taken away, named anew, removed. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { FileDetailJson } from '../../../src/actors/gateway/api-shapes.js';
import { removeFile, renameFile } from '../api.js';
import { amountText, baseName } from '../format.js';
import { goTo } from '../location.js';
import { tell } from '../news.js';
import { refusalOf } from '../parts/answer.js';
import { Dialog } from '../parts/dialog.js';
import { Icon } from '../parts/icon.js';
import { allFiles, filmPath } from '../route.js';
import { useRights } from '../session.js';

export function FileActions({ file }: { readonly file: FileDetailJson }): VNode {
  const [open, setOpen] = useState<'rename' | 'remove'>();
  const { name } = file;
  const { may } = useRights();
  const close = (): void => setOpen(undefined);
  return (
    <>
      <a class="button" href={filmPath(name)} download={baseName(name)}>
        <Icon name="download" />
        Download
      </a>
      {may('delete') && may('write') && (
        <button type="button" onClick={() => setOpen('rename')}>
          <Icon name="pen" />
          Rename
        </button>
      )}
      {may('delete') && (
        <button type="button" class="danger-quiet" onClick={() => setOpen('remove')}>
          <Icon name="bin" />
          Delete
        </button>
      )}
      {open === 'rename' && <RenameDialog name={name} onClose={close} />}
      {open === 'remove' && <RemoveDialog file={file} onClose={close} />}
    </>
  );
}

interface Doing {
  readonly isBusy: boolean;
  readonly problem: string | undefined;
  run(work: () => Promise<void>): void;
}

function useDoing(): Doing {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const run = (work: () => Promise<void>): void => {
    setBusy(true);
    setProblem(undefined);
    work().catch((error: unknown) => {
      setProblem(refusalOf(error).message);
      setBusy(false);
    });
  };
  return { isBusy, problem, run };
}

function RenameDialog({ name, onClose }: { name: string; onClose: () => void }): VNode {
  const [newName, setNewName] = useState(name);
  const { isBusy, problem, run } = useDoing();
  const rename = async (): Promise<void> => {
    await renameFile(name, newName);
    onClose();
    tell(`Renamed to ${newName}`);
    goTo({ page: 'file', name: newName.normalize('NFC') });
  };
  return (
    <Dialog
      title="Rename the file"
      action="Rename"
      isBusy={isBusy || newName === name || newName === ''}
      problem={problem}
      onAction={() => run(rename)}
      onClose={onClose}
    >
      <label class="field">
        <span>New name</span>
        <input
          type="text"
          value={newName}
          spellcheck={false}
          autoComplete="off"
          onInput={({ currentTarget }) => setNewName(currentTarget.value)}
        />
      </label>
    </Dialog>
  );
}

function RemoveDialog({ file, onClose }: { file: FileDetailJson; onClose: () => void }): VNode {
  const { name, replicas } = file;
  const { isBusy, problem, run } = useDoing();
  const remove = async (): Promise<void> => {
    await removeFile(name);
    onClose();
    tell(`Deleted ${name}`);
    goTo({ page: 'files', ...allFiles });
  };
  return (
    <Dialog
      title="Delete this file?"
      action="Delete"
      tone="danger"
      isBusy={isBusy}
      problem={problem}
      onAction={() => run(remove)}
      onClose={onClose}
    >
      <p class="dialog-name">{name}</p>
      <p>Its {amountText(replicas.length, 'replica')} will be erased. This cannot be undone.</p>
    </Dialog>
  );
}
