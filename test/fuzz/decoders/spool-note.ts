import fc from 'fast-check';
import { noteText, parseNote, type SpoolNote } from '../../../src/actors/gateway/spool-note.js';
import { acceptName } from '../../../src/domain/names.js';
import { type Decoder, decodedUnlessUndefined } from '../decoder.js';
import { deepJson } from './deep-json.js';
import { anyDigest, anyName, anyUploadId } from './ids.js';

const encode = (note: SpoolNote): Buffer => Buffer.from(noteText(note));
const noteBytesMax = 64 * 1024;

const anyNote: fc.Arbitrary<SpoolNote> = fc
  .record({
    name: anyName.filter((name) => acceptName(name).ok),
    replace: fc.boolean(),
    owner: fc.stringMatching(/^[0-9a-f]{0,16}$/),
    metadata: fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.option(fc.string()), {
      maxKeys: 4,
    }),
    size: fc.nat(2 ** 40),
    createdAt: fc.maxSafeNat(),
    touchedAt: fc.maxSafeNat(),
    uploadId: anyUploadId,
    outcome: fc.oneof(
      fc.constant({ type: 'open' as const }),
      fc.record({ type: fc.constant('stored' as const), digest: anyDigest }),
      fc.record({
        type: fc.constant('refused' as const),
        error: fc.record({ code: fc.constant('refused-input' as const), detail: fc.string() }),
      }),
    ),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ part, ...note }) => ({ ...note, durableBytes: Math.floor(note.size * part) }));

/** Of an upload that waits in a gateway's spool. */
export const spoolNote: Decoder<SpoolNote> = {
  name: 'spool-note',
  valid: anyNote.map(encode),
  decode: (bytes) => decodedUnlessUndefined(parseNote(bytes.toString('utf8'))),
  encode,
  hard: () => deepJson(noteBytesMax),
};
