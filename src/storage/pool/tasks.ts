/** Entry of the pool's threads: each export is a task that can be asked for by its name. */
export { beginReplica } from './begin-replica.js';
export { checkStructure } from './check-structure.js';
export { hashAndWrite } from './hash-and-write.js';
export { hashChunks } from './hash-chunks.js';
export { inspect } from './inspect.js';
export { openReplica } from './open-replica.js';
export { publishReplica } from './publish-replica.js';
export { readAndHash } from './read-and-hash.js';
export { writeNewFile } from './write-new-file.js';
