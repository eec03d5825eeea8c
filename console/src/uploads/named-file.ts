/** A file of this computer, and the name that it is to have in the cluster. */
export interface NamedFile {
  readonly name: string;
  readonly file: File;
}
