import fc from 'fast-check';
import { credentialLimits } from '../../../src/credentials/limits.js';
import { parsePolicy } from '../../../src/credentials/policy-file.js';
import { type Policy, rights } from '../../../src/domain/policy.js';
import { type Decoder, decodedUnless } from '../decoder.js';
import { deepJson } from './deep-json.js';
import { anyKeeperId, anyName } from './ids.js';

const several = <Item>(item: fc.Arbitrary<Item>): fc.Arbitrary<Item[]> =>
  fc.array(item, { minLength: 1, maxLength: 3 });

const anyPolicy: fc.Arbitrary<Policy> = fc.record({
  grants: fc.array(
    fc.record({
      clients: several(fc.oneof(fc.constant('*'), anyKeeperId)),
      prefixes: several(fc.oneof(fc.constant(''), anyName)),
      may: several(fc.constantFrom(...rights)),
    }),
    { maxLength: 3 },
  ),
});

const encode = (policy: Policy): Buffer => Buffer.from(JSON.stringify({ format: 1, ...policy }));

export const policyFile: Decoder<Policy> = {
  name: 'policy-file',
  valid: anyPolicy.map(encode),
  decode: (bytes) =>
    decodedUnless('usage', () => parsePolicy('policy.json', bytes.toString('utf8'))),
  encode,
  hard() {
    const { policyBytesMax } = credentialLimits;
    const faults = '0,'.repeat(200_000);
    const grant = {
      clients: ['*'],
      prefixes: [`a${'\u0300\u0316'.repeat(200_000)}`],
      may: ['read'],
    };
    return [
      ...deepJson(policyBytesMax),
      Buffer.from(`{"format":1,"grants":[{"clients":[${faults}0]}]}`),
      Buffer.from(`{"format":1,"grants":[${faults}0]}`),
      Buffer.from(JSON.stringify({ format: 1, grants: [grant] })),
    ];
  },
};
