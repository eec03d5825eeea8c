/** Twin of `node:os`: every machine has two cores. */
export const availableParallelism = (): number => 2;
