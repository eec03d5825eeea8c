/** Which version of Reelkeep this is. */
import { createRequire } from 'node:module';

const { version } = createRequire(import.meta.url)('#package') as { readonly version: string };

export const programVersion: string = version;
