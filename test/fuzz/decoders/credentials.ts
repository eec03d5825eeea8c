import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { Authority } from '../../../src/credentials/authority.js';
import { credentialNames, judgeCredentials } from '../../../src/credentials/credential-files.js';
import { type Principal, roles } from '../../../src/domain/principal.js';
import { type Decoder, decodedUnless } from '../decoder.js';
import { ownDirectory } from './own-directory.js';

const lengthBytes = 2;

/** The three files of a process: each may be damaged, and none makes it somebody else. */
export async function credentials(): Promise<Decoder<Principal>> {
  const directory = ownDirectory('credentials');
  const authority = await Authority.create(join(directory, 'ca'));
  const issued = await Promise.all(
    roles.map((role) => authority.issue({ role, name: `${role}-1` }).then(readThree)),
  );
  return {
    name: 'credentials',
    valid: fc.constantFrom(...issued),
    decode: (bytes) =>
      decodedUnless('usage', () => {
        const [ca, certificate, key] = cutInThree(bytes);
        return judgeCredentials({ directory, roles }, { ca, certificate, key });
      }),
    mayBecome: isDeepStrictEqual,
    isCostly: true,
  };
}

/** Of each how long it is, then its bytes. */
async function readThree(directory: string): Promise<Buffer> {
  const { ca, certificate, key } = credentialNames;
  const files = await Promise.all(
    [ca, certificate, key].map((name) => readFile(join(directory, name))),
  );
  return Buffer.concat(files.flatMap((file) => [lengthOf(file), file]));
}

function lengthOf(file: Buffer): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt16BE(file.length);
  return length;
}

function cutInThree(bytes: Buffer): readonly [Buffer, Buffer, Buffer] {
  let at = 0;
  const next = (): Buffer => {
    const length = at + lengthBytes <= bytes.length ? bytes.readUInt16BE(at) : 0;
    const from = at + lengthBytes;
    at = from + length;
    return bytes.subarray(from, at);
  };
  return [next(), next(), next()];
}
