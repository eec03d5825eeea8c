/** How a process shows who it is, and finds out who others are. */
import type { Principal } from './principal.js';

export interface CredentialFiles {
  /** Whose certificates are believed; PEM, one or several. */
  readonly ca: Buffer;
  /** PEM, this process's own first. */
  readonly certificate: Buffer;
  /** PEM. */
  readonly key: Buffer;
}

export interface OwnCredentials {
  readonly principal: Principal;
  /** As they were last read and found good. */
  readonly files: CredentialFiles;
  /** Called with each later version; what it returns ends that. */
  onRenewed(listener: (files: CredentialFiles) => void): () => void;
}
