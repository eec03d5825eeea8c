/** A keeper's directory as a named tree of playable files, with no master running. */
import { exportTree } from '../../storage/export-tree.js';

export const exportReplicas = exportTree;
