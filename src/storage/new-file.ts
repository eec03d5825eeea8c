import { constants } from 'node:fs';

/** Not followed when it is a link, and never a file that was there before; for its owner alone. */
export const newFile = {
  flags: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
  mode: 0o600,
} as const;
