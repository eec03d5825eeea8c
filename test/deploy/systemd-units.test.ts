import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { programPath } from '../../src/cli/local/server-process.js';
import { skipWithout } from '../processes/tell.js';

const directory = fileURLToPath(new URL('../../deploy/systemd/', import.meta.url));
const units = readdirSync(directory).map((name) => ({ name, path: `${directory}${name}` }));

/** Of systemd, from 0 to 10: what a service could reach of the machine. */
const exposureMax = 2;

describe('the units for systemd', () => {
  it.for(units)(
    'are understood, but for the program that is not installed here: $name',
    ({ path }, { skip }) => {
      skipWithout(systemdIsMissing(), skip);
      const { stderr } = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });

      const complaints = stderr.split('\n').filter((line) => line !== '');
      expect(complaints.filter((line) => !line.includes('is not executable'))).toEqual([]);
    },
  );

  it.for(units)('leave the service little to reach: $name', ({ path }, { skip }) => {
    skipWithout(systemdIsMissing(), skip);
    const out = execFileSync('systemd-analyze', ['security', '--offline=yes', path], {
      encoding: 'utf8',
    });

    const level = /Overall exposure level[^:]*: ([\d.]+)/.exec(out)?.[1];
    expect(Number(level)).toBeLessThanOrEqual(exposureMax);
  });

  it.for(units)('start a program with flags that it has: $name', ({ path }) => {
    const [, program = '', line = ''] =
      /^ExecStart=\S*\/bin\/(\S+) (.*)$/m.exec(readFileSync(path, 'utf8')) ?? [];
    const flags = line.split(' ').filter((word) => word.startsWith('--'));

    const help = execFileSync(process.execPath, [programPath(program as 'master'), '--help'], {
      encoding: 'utf8',
    });

    expect(flags.length).toBeGreaterThan(3);
    expect(flags.filter((flag) => !help.includes(`${flag} `))).toEqual([]);
  });
});

function systemdIsMissing(): string | undefined {
  const { error } = spawnSync('systemd-analyze', ['--version']);
  return error === undefined ? undefined : 'systemd-analyze is not installed';
}
