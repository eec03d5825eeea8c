/**
 * A replica is replaced by another file's bytes with a manifest that certifies them: as that file
 * has it, or made out to the id under which it now lies, so that everything on the disk agrees.
 */
import fc from 'fast-check';
import type { FileId } from '../../../src/domain/ids.js';
import { decodeManifest, encodeManifest } from '../../../src/domain/manifest.js';
import { blake3 } from '../../../src/storage/blake3.js';
import { choose, type Happening, numberOf } from '../story/happening.js';
import { allReplicas, chooseReplica, fits, nameOf, readReplica, writeReplica } from './replicas.js';

export const falseWitness: Happening = {
  kind: 'false witness',
  layer: 'disk',
  budget: 'within',
  weight: 3,
  params: fc.record({ replica: fc.nat(999), source: fc.nat(999), isForged: fc.boolean() }),
  happen(params, arena) {
    const replica = chooseReplica(arena, numberOf(params, 'replica'));
    if (replica === undefined) return undefined;
    const { cluster } = arena;
    const { keeper, fileId } = replica;
    const strangers = allReplicas(arena.cluster).filter((one) => one.fileId !== fileId);
    const source = choose(strangers, numberOf(params, 'source'));
    const bytes = source && readReplica(source);
    if (source === undefined || bytes === undefined) return undefined;
    const isForged = params['isForged'] === true;
    const manifest = isForged ? makeOutTo(fileId, bytes.manifest) : bytes.manifest;
    if (manifest === undefined) return undefined;
    const forged = { data: bytes.data, manifest };
    if (!fits(replica, forged)) return undefined;
    writeReplica(replica, forged);
    cluster.damage.damage(keeper.name, fileId, cluster.nowMs);
    const how = isForged ? 'which a manifest made for it certifies' : 'with their manifest';
    const from = `${nameOf(cluster, source.fileId)} of ${source.keeper.name}`;
    return `${keeper.name}: ${nameOf(cluster, fileId)} has the bytes of ${from}, ${how}`;
  },
};

function makeOutTo(fileId: FileId, bytes: Buffer): Buffer | undefined {
  const verdict = decodeManifest(bytes, blake3);
  if (!verdict.ok) return undefined;
  return Buffer.from(encodeManifest({ ...verdict.manifest, fileId }, blake3));
}
