import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { programPath } from '../../src/cli/local/server-process.js';
import { RawClient } from './hostile/raw-client.js';
import { clip, Rig } from './rig.js';

const id = 'ab'.repeat(16);

/** Names that become files of no name and no path: refused wherever they come. */
const refused: readonly string[] = [
  ...['', '.', '..', '/', './a', 'a/.', 'a/./b', 'a/..', 'a//b', 'a/', '/etc/x', '//x'],
  ...['../x', '../../etc/x', 'a/../../../../x', `${'../'.repeat(40)}x`, 'objects/ab/..'],
  ...['a\0b', 'a\0/../../x', '../x\0.mp4', 'a\nb', 'a\rb', 'a\u001b[2Jb', 'a\u007fb', 'a\u0085b'],
  ...['x'.repeat(1_025), 'ä'.repeat(513), '\ud800a', 'a\udfff', '\udc00\ud800', 'a\ufffdb'],
];

/** Names that mean something elsewhere, and nothing here. */
const taken: readonly string[] = [
  ...['..\\..\\x.mp4', 'C:\\x.mp4', '\\\\host\\x', 'a:b', '...', '..a', 'a..', '.hidden', '-rf'],
  ...['%2e%2e%2f%2e%2e%2fx', '%00', '%ff', '&#46;&#46;/x', '~/x', '$HOME', '$(touch x)', '`x`'],
  ...[' ', ' a', 'a ', '*', '?', '"', "'", 'a;b|c&d', 'CON', 'keeper.json', 'staging/x'],
  ...[id, `${id}.mp4`, `objects/ab/${id}.mp4`, `objects/ab/${id}.manifest`, `quarantine/${id}.mp4`],
  ...[
    'caf\u00e9',
    '\u202eexe.4pm',
    'a\u200bb',
    '\ufeffa',
    'a\u2028b',
    '\uff0e\uff0e/x',
    '\u2024\u2024/x',
  ],
  ...['\u{1f3ac}', '\u00e1\u0301', 'ä'.repeat(512), 'constructor', '__proto__', 'toString'],
];

describe('a hostile name', { timeout: 120_000 }, () => {
  it('S21, S46: is refused in every call, or is the same when it comes back, and is no path', async () => {
    const { rig, outside } = await startInTheDepth();
    const before = await outside();
    const raw = RawClient.open(rig.masterAddress);
    await raw.put('sound', Buffer.from('sound'));

    const codes = await Promise.all(
      refused.map(async (name) => [
        name,
        ...new Set(Object.values(await raw.codes(name, 'sound'))),
      ]),
    );
    for (const name of taken) await raw.put(name, Buffer.from(`of ${name}`));
    const listed = await raw.names('');
    const found = await Promise.all(
      taken.map(async (name) => [
        (await raw.master.stat({ name })).file?.name,
        (await raw.names(name)).includes(name),
      ]),
    );
    // Renamed and back, each to what another one was called.
    for (const name of taken) await raw.master.rename({ name, newName: `${short(name)}/moved` });
    for (const name of taken)
      await raw.master.rename({ name: `${short(name)}/moved`, newName: name });
    const decomposed = (await raw.master.stat({ name: 'cafe\u0301' })).file?.name;
    const noUtf8 = await Promise.all(
      [
        [0x61, 0xff],
        [0xc0, 0xaf],
        [0xed, 0xa0, 0x80],
        [0xe2, 0x28, 0xa1],
      ].map((bytes) => raw.beginWithBytes(Buffer.from(bytes))),
    );

    expect(codes).toEqual(refused.map((name) => [name, 'refused-input']));
    expect(found).toEqual(taken.map((name) => [name, true]));
    expect(new Set(listed)).toEqual(new Set(['sound', ...taken]));
    expect(decomposed).toBe('caf\u00e9');
    expect(noUtf8).toEqual(noUtf8.map(() => 'refused-input'));
    for (const name of taken) await raw.master.remove({ name });
    expect(await raw.names('')).toEqual(['sound']);
    expect(await outside()).toEqual(before);
  });

  it('S21, S46: does the same from the command line, and a download stays in its directory', async () => {
    const { rig, outside } = await startInTheDepth();
    const before = await outside();
    const raw = RawClient.open(rig.masterAddress);
    for (const name of taken) await raw.put(name, Buffer.from(`of ${name}`));
    const [first = ''] = taken;
    // No child can be given a NUL, nor half a pair of surrogates.
    const given = refused.filter((name) => !name.includes('\0') && name.isWellFormed());
    const some = given.filter((_, at) => at % 3 === 0);
    const into = rig.path('into');
    await mkdir(into);

    const puts = await inTurn(some, (name) => rig.client('put', clip, `--as=${name}`));
    const rest = await Promise.all([
      rig.client('rm', '--', ...given),
      rig.client('get', '-o', into, '--', ...given),
      rig.client('mv', '--', first, '../../x'),
      rig.client('mv', '--', '../../x', 'x'),
      rig.client('stat', '../../x'),
      rig.client('ls', '../../'),
    ]);
    const noUtf8 = await putAsBytes(rig, '\\141\\377');
    const listed = await rig.succeed('--json', 'ls');
    const fit = taken.filter((name) => name.length < 200);
    await rig.succeed('get', '-o', into, '--', ...fit);
    const tooLong = await rig.client('get', '-o', into, '--', 'ä'.repeat(512));
    await rig.succeed('get', '-o', rig.path('long.mp4'), '--', 'ä'.repeat(512));

    expect(puts.map(({ code, stderr }) => [code, lines(stderr)])).toEqual(some.map(() => [10, 1]));
    expect(rest.map(({ code }) => code)).toEqual([10, 10, 10, 10, 10, 0]);
    expect(rest.at(-1)?.stdout).toBe('');
    expect(noUtf8).toBe(10);
    const names = listed
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).name as string);
    expect(new Set(names)).toEqual(new Set(taken));
    expect([tooLong.code, lines(tooLong.stderr)]).toEqual([10, 1]);
    expect(new Set(await filesBelow(into))).toEqual(new Set(fit));
    for (const name of fit) expect(await readFile(join(into, name), 'utf8')).toBe(`of ${name}`);
    await rig.succeed('rm', '--', ...taken);
    expect(await rig.succeed('ls')).toBe('');
    expect(await outside()).toEqual(before);
  });
});

/** A master and a keeper that take anything, deep in a directory whose other parts are listed. */
async function startInTheDepth() {
  const parent = await mkdtemp(join(tmpdir(), 'reelkeep-depth-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  const roots = ['master', 'k1'].map((name) => join(parent, 'a', 'b', 'c', 'd', name));
  const [master = '', k1 = ''] = roots;
  const rig = await Rig.start({
    keepers: 1,
    masterArgs: ['--accept', 'any', '--replicas', '1'],
    dataDirs: new Map([
      ['master', master],
      ['k1', k1],
    ]),
  });
  const outside = async (): Promise<readonly string[]> => {
    const all = await readdir(parent, { recursive: true });
    const strays = (await filesBelow(k1)).filter((path) => !isKeepersOwn(path));
    const below = (path: string) => roots.some((root) => join(parent, path).startsWith(`${root}/`));
    return [...all.filter((path) => !below(path)), ...strays].sort();
  };
  return { rig, outside };
}

const isKeepersOwn = (path: string): boolean =>
  /^objects\/([0-9a-f]{2})\/\1[0-9a-f]{30}\.(mp4|manifest)$/.test(path) || !path.includes('/');

/** Not the directories. */
async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
}

/** Node gives a child no arguments that are no UTF-8: a shell does. @returns the exit code */
async function putAsBytes(rig: Rig, octal: string): Promise<number> {
  const put = [process.execPath, programPath('client'), '--master', rig.masterAddress, 'put', clip];
  const script = `exec "$@" --as "$(printf '${octal}')"`;
  const child = spawn('sh', ['-c', script, 'sh', ...put], { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  return code;
}

const atATime = 4;

async function inTurn<Item, Value>(
  items: readonly Item[],
  work: (item: Item) => Promise<Value>,
): Promise<readonly Value[]> {
  const values: Value[] = [];
  for (let from = 0; from < items.length; from += atATime)
    values.push(...(await Promise.all(items.slice(from, from + atATime).map(work))));
  return values;
}

/** Room for what is put behind it. */
const short = (name: string): string => name.slice(0, 300);

const lines = (text: string): number => text.trimEnd().split('\n').length;
