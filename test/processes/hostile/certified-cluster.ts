/** Clusters with certificates, whose authority has made one for a keeper that is no good. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../../src/cli/local/run-program.js';
import { Rig, type RigOptions } from '../rig.js';

/** Before all honest ones in the order of names, which is that of sources. */
export const liar = 'a-liar';

export interface Authority {
  /** Of the certificate of one that may call the master. */
  credentials(role: 'keeper' | 'client', name: string): string;
  start(options: RigOptions): Promise<Rig>;
  end(): Promise<void>;
}

export async function makeAuthority(): Promise<Authority> {
  const parent = await mkdtemp(join(tmpdir(), 'reelkeep-ca-'));
  const ca = join(parent, 'ca');
  await succeed(['init-ca', ca]);
  await succeed(['issue', 'keeper', 'k1', 'k2', 'k3', liar, '--ca', ca]);
  await succeed(['issue', 'client', 'me', '--ca', ca]);
  const of = (name: string): string => join(ca, name);
  return {
    credentials: (role, name) => of(`${role}-${name}`),
    start: (options) =>
      Rig.start({
        ...options,
        clientArgs: ['--credentials', of('client-me')],
        launch: (name) => ({
          args:
            name === 'master'
              ? ['--credentials', of('master-main'), '--policy', of('policy.json')]
              : ['--credentials', of(`keeper-${name}`)],
        }),
      }),
    end: () => rm(parent, { recursive: true, force: true }),
  };
}

async function succeed(args: readonly string[]): Promise<void> {
  const { code, stderr } = await runProgram('master', args);
  if (code !== 0) throw new Error(`master ${args.join(' ')}: ${stderr}`);
}
