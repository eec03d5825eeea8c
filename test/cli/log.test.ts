import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/cli/log.js';

const log = fileURLToPath(new URL('../../dist/src/cli/log.js', import.meta.url));

describe('the log', () => {
  it('goes to stderr as JSON, also when the process ends at once', () => {
    const { stdout, stderr } = speak('json');

    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toMatchObject({ level: 40, keeper: 'k1', msg: 'keeper lost' });
  });

  it('goes to stderr as one readable line without colours where nobody looks', () => {
    const { stdout, stderr } = speak('pretty');

    expect(stdout).toBe('');
    expect(stderr).toMatch(/WARN.*keeper lost/);
    expect(stderr).not.toContain('\u001b[');
  });

  it('leaves out what is below its level', () => {
    expect(createLogger('silent', 'json').isLevelEnabled('fatal')).toBe(false);
  });
});

/** Another process, because a log is written past what a test could catch. */
const speak = (format: string) =>
  spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { createLogger } from ${JSON.stringify(log)};
       const log = createLogger('info', '${format}');
       log.debug('not told');
       log.warn({ keeper: 'k1' }, 'keeper lost');
       process.exit(0);`,
    ],
    { encoding: 'utf8' },
  );
