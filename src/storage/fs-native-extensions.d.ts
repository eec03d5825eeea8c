declare module 'fs-native-extensions' {
  /** Takes an exclusive lock on the open file, or answers false; it ends when the file is closed or the process dies. */
  export function tryLock(fd: number): boolean;
}
