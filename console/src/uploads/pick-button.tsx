/** A button that opens the browser's choice of files. */
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { Icon } from '../parts/icon.js';
import { takeFiles } from './dropped-files.js';

export function PickButton({ into }: { readonly into: string }): VNode {
  const input = useRef<HTMLInputElement>(null);
  const take = (field: HTMLInputElement): void => {
    takeFiles(field.files ?? [], into);
    // The same file can be chosen again.
    field.value = '';
  };
  return (
    <>
      <button type="button" class="primary" onClick={() => input.current?.click()}>
        <Icon name="upload" />
        Upload{into === '' ? '' : ` to ${into}`}
      </button>
      <input
        ref={input}
        type="file"
        accept="video/mp4,.mp4,.m4v"
        multiple
        hidden
        aria-label="Files to upload"
        onChange={({ currentTarget }) => take(currentTarget)}
      />
    </>
  );
}
