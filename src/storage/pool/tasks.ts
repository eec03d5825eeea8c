/** Entry of the pool's threads: each export is a task that can be asked for by its name. */
export { checkStructure } from './check-structure.js';
export { hashAndWrite } from './hash-and-write.js';
export { hashChunks } from './hash-chunks.js';
export { readAndHash } from './read-and-hash.js';
export { readFacts } from './read-facts.js';
