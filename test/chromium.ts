/** The browser of the machine, for tests and figures that need one: none is downloaded. */
import { existsSync } from 'node:fs';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const chromiumPath = candidates.find((path) => existsSync(path));

export const noChromiumReason = `no Chromium at ${candidates.join(', ')}`;

/** Pages that tests make are nobody else's, and root has no sandbox. */
export const chromiumArgs = ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'];
