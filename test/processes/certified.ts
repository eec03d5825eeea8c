/** A cluster with certificates, in a test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runProgram } from '../../src/cli/local/run-program.js';
import { Credentials } from '../../src/credentials/credential-files.js';
import { type Launch, Rig, type RigOptions } from './rig.js';

export interface CertifiedOptions extends Omit<RigOptions, 'launch' | 'clientArgs'> {
  readonly launch?: (name: string) => Launch;
}

/** Gone after the test. */
export async function makeAuthority(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'reelkeep-ca-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  return await makeAuthorityIn(parent, ['k1', 'k2', 'k3', 'k4']);
}

/** With certificates for a master, these keepers, and the client `me`. */
export async function makeAuthorityIn(parent: string, keepers: readonly string[]): Promise<string> {
  const ca = join(parent, 'ca');
  await succeed(['init-ca', ca]);
  await succeed(['issue', 'keeper', ...keepers, '--ca', ca]);
  await issue(ca, 'client', 'me');
  return ca;
}

export const issue = (ca: string, role: string, name: string): Promise<void> =>
  succeed(['issue', role, name, '--ca', ca]);

export const startCertified = (ca: string, options: CertifiedOptions): Promise<Rig> =>
  Rig.start({
    ...options,
    clientArgs: ['--credentials', join(ca, 'client-me')],
    launch: (name) => {
      const { args = [], ...launch } = options.launch?.(name) ?? {};
      const own =
        name === 'master'
          ? ['--credentials', join(ca, 'master-main'), '--policy', join(ca, 'policy.json')]
          : ['--credentials', join(ca, `keeper-${name}`)];
      return { ...launch, args: [...own, ...args] };
    },
  });

/** As the client `me`. */
export async function credentialsOfClient(ca: string): Promise<Credentials> {
  const directory = join(ca, 'client-me');
  const credentials = await Credentials.open({
    directory,
    roles: ['client'],
    onNews: () => undefined,
  });
  onTestFinished(() => credentials.close());
  return credentials;
}

async function succeed(args: readonly string[]): Promise<void> {
  const { code, stderr } = await runProgram('master', args);
  if (code !== 0) throw new Error(`master ${args.join(' ')}: ${stderr}`);
}
