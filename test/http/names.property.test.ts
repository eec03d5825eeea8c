import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attachment } from '../../src/http/content-disposition.js';
import { nameInPath, pathOfName } from '../../src/http/file-path.js';
import { seed } from '../seed.js';

const name = fc
  .array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('/'));

describe(`a name in a path (seed ${seed})`, () => {
  it('S21: comes out as it went in', () => {
    fc.assert(
      fc.property(name, (text) => {
        expect(nameInPath(`${pathOfName(text, '/files/')}?download`, '/files/')).toBe(text);
      }),
      { seed },
    );
  });

  it('is decoded once', () => {
    expect(nameInPath('/files/100%2525', '/files/')).toBe('100%25');
    expect(nameInPath('/files/a%2Fb', '/files/')).toBe('a/b');
  });

  it.each(['/files/', '/files', '/films/a', '/files/%', '/files/%ff', '/files/%ed%a0%80'])(
    'is none in %s',
    (path) => {
      expect(nameInPath(path, '/files/')).toBeUndefined();
    },
  );
});

describe(`a name for whoever saves the file (seed ${seed})`, () => {
  it('is the last part, as it is and in ASCII', () => {
    expect(attachment('films/Ä "b" 50%.mp4')).toBe(
      'attachment; filename="_ _b_ 50_.mp4"; filename*=UTF-8\'\'%C3%84%20%22b%22%2050%25.mp4',
    );
  });

  it('never ends the header or its quotes', () => {
    fc.assert(
      fc.property(name, (text) => {
        expect(attachment(text)).toMatch(
          /^attachment; filename="[^"\\\r\n]*"; filename\*=UTF-8''[\w.~%-]*$/,
        );
      }),
      { seed },
    );
  });
});
