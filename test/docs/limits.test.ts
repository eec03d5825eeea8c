import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clientLimits } from '../../src/actors/client/client-limits.js';
import { apiLimits } from '../../src/actors/gateway/api-limits.js';
import { resolveConfig as resolveGatewayConfig } from '../../src/actors/gateway/config.js';
import { sessionLimits } from '../../src/actors/gateway/session-limits.js';
import { uploadLimits } from '../../src/actors/gateway/upload-limits.js';
import { resolveConfig as resolveKeeperConfig } from '../../src/actors/keeper/config.js';
import { resolveConfig as resolveMasterConfig } from '../../src/actors/master/config.js';
import { uploadShareLimits } from '../../src/actors/master/upload-shares.js';
import { observingLimits } from '../../src/actors/observing/limits.js';
import { restartDefaults } from '../../src/actors/runtime/restart-policy.js';
import { credentialLimits } from '../../src/credentials/limits.js';
import { resolveLivenessLimits } from '../../src/domain/liveness.js';
import { resolveReplicationLimits } from '../../src/domain/replication-limits.js';
import { scrubLimits } from '../../src/domain/scrub.js';
import { defaultTableLimits } from '../../src/domain/table-limits.js';
import { rpcLimits } from '../../src/rpc/limits.js';
import { auditLimits } from '../../src/storage/audit-log.js';
import { storageLimits } from '../../src/storage/limits.js';
import { hashPoolLimits } from '../../src/storage/pool/hash-pool.js';
import { resolveTransferLimits } from '../../src/transfer/limits.js';

const { port: _, ...masterConfig } = resolveMasterConfig({});
const { port: __, ...keeperConfig } = resolveKeeperConfig({ port: 0 });
const { port: ___, ...gatewayConfig } = resolveGatewayConfig({});

const limitsOfFiles: Readonly<Record<string, object>> = {
  'actors/gateway/api-limits.ts': apiLimits,
  'actors/client/client-limits.ts': clientLimits,
  'actors/gateway/config.ts': gatewayConfig,
  'actors/gateway/session-limits.ts': sessionLimits,
  'actors/gateway/upload-limits.ts': uploadLimits,
  'actors/keeper/config.ts': keeperConfig,
  'actors/master/config.ts': masterConfig,
  'actors/observing/limits.ts': observingLimits,
  'actors/runtime/restart-policy.ts': restartDefaults,
  'credentials/limits.ts': credentialLimits,
  'domain/liveness.ts': resolveLivenessLimits(),
  'domain/replication-limits.ts': resolveReplicationLimits(),
  'domain/scrub.ts': scrubLimits,
  'domain/table-limits.ts': defaultTableLimits,
  'actors/master/upload-shares.ts': uploadShareLimits,
  'rpc/limits.ts': rpcLimits,
  'storage/audit-log.ts': auditLimits,
  'storage/limits.ts': storageLimits,
  'storage/pool/hash-pool.ts': hashPoolLimits,
  'transfer/limits.ts': resolveTransferLimits(),
};

const scales: Readonly<Record<string, number>> = {
  '': 1,
  '%': 0.01,
  ms: 1,
  s: 1_000,
  min: 60_000,
  d: 86_400_000,
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};
const rows = readRows(readText('../../docs/limits.md'));
const lineOf = (file: string, name: string): string => `${file} ${name}`;
const lines = rows.map(({ file, name }) => lineOf(file, name));

describe('the page of limits', () => {
  it('has each line once', () => {
    expect(lines.filter((line, at) => lines.indexOf(line) !== at)).toEqual([]);
  });

  it.each(rows.filter(({ amount }) => amount !== undefined))(
    'says what $name of $file is by default',
    ({ file, name, amount }) => {
      expect(amount).toBe(limitIn(file, name) ?? constantIn(file, name));
    },
  );

  it.each(rows.filter(({ amount }) => amount === undefined))(
    'names $name, which follows from the machine, as $file does',
    ({ file, name }) => {
      expect(readText(`../../src/${file}`)).toContain(`${name}:`);
    },
  );

  it.each(Object.entries(limitsOfFiles))('has a line for each limit of %s', (file, limits) => {
    expect(lines).toEqual(
      expect.arrayContaining(namesIn(limits).map((name) => lineOf(file, name))),
    );
  });

  it('has a line for each constant that is named as a bound', () => {
    const bounds = sourceFiles().flatMap((file) =>
      boundsIn(file).map((name) => lineOf(file, name)),
    );

    expect(bounds.filter((line) => !lines.includes(line))).toEqual([]);
  });
});

interface Row {
  readonly name: string;
  /** Below `src`. */
  readonly file: string;
  /** In milliseconds, bytes or pieces; absent for a default that is no number. */
  readonly amount: number | undefined;
}

function readRows(page: string): Row[] {
  return [...page.matchAll(/^\| `([\w.]+)` \| ([^|]+) \| `([^`]+)` \| [^|]+ \|$/gm)].map(
    ([, name = '', amount = '', file = '']) => ({ name, file, amount: amountOf(amount) }),
  );
}

function amountOf(text: string): number | undefined {
  const [, number = '', unit = ''] = /^([\d,.]+) ?(\S*)$/.exec(text) ?? [];
  const scale = scales[unit];
  return scale === undefined || number === ''
    ? undefined
    : Number(number.replaceAll(',', '')) * scale;
}

/** A number, or a number of each member of an object in it. */
function namesIn(limits: object): string[] {
  return Object.entries(limits).flatMap(([name, value]) => {
    if (typeof value === 'number') return [name];
    return typeof value === 'object' ? namesIn(value).map((member) => `${name}.${member}`) : [];
  });
}

function limitIn(file: string, name: string): unknown {
  return name
    .split('.')
    .reduce<unknown>(
      (found, part) => (found as Record<string, unknown> | undefined)?.[part],
      limitsOfFiles[file],
    );
}

/** Written as a product of numbers, as a constant or as a member of an object. */
function constantIn(file: string, name: string): number | undefined {
  const member = name.split('.').at(-1);
  const [, product] =
    new RegExp(`\\b${member}(?:: | = )([\\d_ *]+?)(?:,| }|;)`).exec(
      readText(`../../src/${file}`),
    ) ?? [];
  return product?.split(/(?<!\*) ?\* ?(?!\*)/).reduce((sum, factor) => sum * powerOf(factor), 1);
}

const powerOf = (text: string): number => {
  const [base = '', exponent = '1'] = text.replaceAll('_', '').split('**');
  return Number(base) ** Number(exponent);
};

/** Constants of a module; the widths of columns and the like are no bounds. */
function boundsIn(file: string): string[] {
  const constant = /^(?:export )?const (\w+(?:Max|Ms|Kept|AtATime)) = [\d_ *]+;$/gm;
  return [...readText(`../../src/${file}`).matchAll(constant)].map(([, name = '']) => name);
}

const sourceFiles = (): string[] =>
  readdirSync(new URL('../../src', import.meta.url), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.includes('generated'),
  );

function readText(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}
