/** Every figure, in the order in which they are taken. */
import { consoleFigures } from './figures/console.js';
import { downloadFigures } from './figures/downloads.js';
import { falseKeeperFigures } from './figures/false-keepers.js';
import { growthFigures } from './figures/growth.js';
import { linksFigures } from './figures/links.js';
import { playbackFigures } from './figures/playback.js';
import { repairFigures } from './figures/repair.js';
import { repairTrafficFigures } from './figures/repair-traffic.js';
import { requestFigures } from './figures/requests.js';
import { securityFigures } from './figures/security.js';
import { tableFigures } from './figures/table.js';
import { uploadFigures } from './figures/uploads.js';
import type { Figures } from './stage.js';

export const allFigures: readonly Figures[] = [
  ...uploadFigures,
  ...downloadFigures,
  ...repairFigures,
  ...repairTrafficFigures,
  ...requestFigures,
  ...falseKeeperFigures,
  ...tableFigures,
  ...consoleFigures,
  ...playbackFigures,
  ...securityFigures,
  linksFigures,
  ...growthFigures,
];
