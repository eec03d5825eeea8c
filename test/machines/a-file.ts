import type { FileView } from '../../src/domain/file-view.js';
import { digest, fileId, wallMs } from '../../src/domain/ids.js';

/** @param mark a hex digit of which its id is made */
export const fileOf = (mark: string): FileView => ({
  name: 'a.mp4',
  fileId: fileId(mark.repeat(32)),
  size: 1,
  digest: digest('2'.repeat(64)),
  createdAt: wallMs(0),
  target: 3,
  replicas: [],
  mp4: { kind: 'not mp4' },
});
