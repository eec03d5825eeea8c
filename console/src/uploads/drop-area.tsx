/** The whole page takes files that are dropped on it. */
import type { ComponentChildren, VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { tell } from '../news.js';
import { Icon } from '../parts/icon.js';
import { folderOf, intoFolder, type Route } from '../route.js';
import { useRights } from '../session.js';
import { takeDropped } from './dropped-files.js';

interface DropAreaProps {
  readonly route: Route;
  readonly children: ComponentChildren;
}

export function DropArea({ route, children }: DropAreaProps): VNode {
  const [isOver, setOver] = useState(false);
  // Each element below is entered and left by itself.
  const depth = useRef(0);
  const { prefix, may } = useRights();
  const into = intoFolder(route.page === 'files' ? folderOf(route) : '', prefix);
  const move = (event: DragEvent, by: number): void => {
    if (!hasFiles(event) || !may('write')) return;
    depth.current += by;
    setOver(depth.current > 0);
  };
  const over = (event: DragEvent): void => {
    if (hasFiles(event)) event.preventDefault();
  };
  const drop = (event: DragEvent): void => {
    if (event.dataTransfer === null || !hasFiles(event)) return;
    event.preventDefault();
    depth.current = 0;
    setOver(false);
    if (may('write'))
      takeDropped(event.dataTransfer.items, into).catch((error: unknown) =>
        tell(`What was dropped cannot be read: ${String(error)}`, 'bad'),
      );
    else tell('This link does not allow to store files.', 'bad');
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: files can be chosen by a button as well
    <div
      class="page"
      onDragEnter={(event) => move(event, 1)}
      onDragLeave={(event) => move(event, -1)}
      onDragOver={over}
      onDrop={drop}
    >
      {children}
      {isOver && (
        <div class="drop" aria-hidden="true">
          <p>
            <Icon name="upload" />
            Drop mp4 files to store them{into === '' ? '' : ` in ${into}`}
          </p>
        </div>
      )}
    </div>
  );
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean =>
  dataTransfer?.types.includes('Files') ?? false;
