/** One line of text for the state of a transfer: a bar on a terminal, plain words elsewhere. */
import { clockText } from '../duration.js';
import { sizeText } from '../size-text.js';

export interface TransferPicture {
  /** A name, or `3 of 20 files`. */
  readonly label: string;
  readonly bytes: number;
  readonly size: number;
  /** Bytes a second; 0 when nothing has moved of late. */
  readonly rate: number;
  readonly replicas?: number;
  readonly target?: number;
  readonly sources?: number;
}

const barCells = 24;
const labelCellsMin = 8;

/** At most `columns` - 1 characters, so that no terminal wraps it. */
export function barLine(picture: TransferPicture, columns: number): string {
  const room = Math.max(0, columns - 1);
  const facts = factsText(picture);
  const bar = `[${cells(picture)}]`;
  const withBar = `${bar} ${facts}`;
  const tail = room >= withBar.length + labelCellsMin + 1 ? withBar : facts;
  const labelRoom = room - tail.length - 1;
  if (labelRoom < labelCellsMin) return tail.slice(0, room);
  return `${shorten(picture.label, labelRoom)} ${tail}`;
}

export const plainLine = (picture: TransferPicture): string =>
  `${picture.label}: ${percent(picture)} %, ${factsText(picture)}`;

function factsText(picture: TransferPicture): string {
  const { bytes, size, rate, replicas, target, sources } = picture;
  const parts = [`${sizeText(bytes)} / ${sizeText(size)}`, `${sizeText(Math.round(rate))}/s`];
  if (bytes < size)
    parts.push(rate > 0 ? `${clockText(((size - bytes) / rate) * 1000)} left` : 'stalled');
  if (replicas !== undefined && target !== undefined) parts.push(`replicas ${replicas}/${target}`);
  if (sources !== undefined) parts.push(`${sources} ${sources === 1 ? 'keeper' : 'keepers'}`);
  return parts.join('  ');
}

const fraction = ({ bytes, size }: TransferPicture): number =>
  size === 0 ? 1 : Math.min(1, bytes / size);

const percent = (picture: TransferPicture): number => Math.floor(fraction(picture) * 100);

function cells(picture: TransferPicture): string {
  const filled = Math.floor(fraction(picture) * barCells);
  return '#'.repeat(filled) + '.'.repeat(barCells - filled);
}

/** Keeps the end: names in one directory differ there. */
function shorten(label: string, room: number): string {
  const characters = [...label];
  return characters.length <= room
    ? label
    : `…${characters.slice(characters.length - room + 1).join('')}`;
}
