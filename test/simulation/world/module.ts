/** Twin of `node:module`: an entry of `imports` in package.json stays a name, which the twins of threads know. */
export const createRequire = () => ({ resolve: (name: string): string => name });
