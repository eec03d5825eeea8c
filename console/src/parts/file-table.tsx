/** Files as a table; what a small screen has no room for stands below the name. */
import type { VNode } from 'preact';
import type { FileJson } from '../../../src/actors/gateway/api-shapes.js';
import { clockText, dateText, dayText, liveOf, pictureText, sizeText } from '../format.js';
import { toHash } from '../route.js';
import { ReplicasBadge } from './badge.js';

interface FileTableProps {
  readonly caption: string;
  readonly files: readonly FileJson[];
}

export const FileTable = ({ caption, files }: FileTableProps): VNode => (
  <div class="card table-card">
    <table>
      <caption class="only-read">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col" class="number wide">
            Size
          </th>
          <th scope="col" class="number wide">
            Length
          </th>
          <th scope="col" class="wide">
            Picture
          </th>
          <th scope="col">Replicas</th>
          <th scope="col" class="wide">
            Stored
          </th>
        </tr>
      </thead>
      <tbody>
        {files.map((file) => (
          <FileRow key={file.fileId} file={file} />
        ))}
      </tbody>
    </table>
  </div>
);

function FileRow({ file }: { readonly file: FileJson }): VNode {
  const { name, size, mp4, target, createdAt } = file;
  const length = mp4 === null ? '' : clockText(mp4.durationMs);
  return (
    <tr>
      <th scope="row" class="name">
        <a href={toHash({ page: 'file', name })}>{name}</a>
        <span class="narrow soft">
          {[sizeText(size), length].filter((part) => part !== '').join(' · ')}
        </span>
      </th>
      <td class="number wide">{sizeText(size)}</td>
      <td class="number wide">{length}</td>
      <td class="wide soft">{pictureText(mp4)}</td>
      <td>
        <ReplicasBadge live={liveOf(file)} target={target} />
      </td>
      <td class="wide soft">
        <time dateTime={createdAt} title={dateText(createdAt)}>
          {dayText(createdAt)}
        </time>
      </td>
    </tr>
  );
}
