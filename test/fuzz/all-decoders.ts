import type { Decoder } from './decoder.js';
import { controlMessages } from './decoders/control-messages.js';
import { credentials } from './decoders/credentials.js';
import { deletionLog } from './decoders/deletion-log.js';
import { frames, greeting } from './decoders/frames.js';
import { identityFile } from './decoders/identity-file.js';
import { link } from './decoders/link.js';
import { manifest, manifestBody } from './decoders/manifest.js';
import { mp4Boxes } from './decoders/mp4-boxes.js';
import {
  address,
  authority,
  fileName,
  objectName,
  principal,
  snapshotName,
} from './decoders/names.js';
import { policyFile } from './decoders/policy-file.js';
import { provenRequest } from './decoders/proven-request.js';
import { requestHead } from './decoders/request-head.js';
import { spoolNote } from './decoders/spool-note.js';
import { tableFile } from './decoders/table-file.js';
import { tableMarker } from './decoders/table-marker.js';
import { tableRow } from './decoders/table-row.js';
import { ticketClaims } from './decoders/ticket-claims.js';
import { transfer } from './decoders/transfer.js';

/** Everything that reads what another process, a disk or a person has written; the facts of an mp4, which a library reads, are tried in `test/storage/pool`. */
export const allDecoders = async (): Promise<readonly Decoder[]> => [
  // from a peer on the data port
  greeting,
  frames,
  transfer,
  requestHead,
  ticketClaims,
  provenRequest,
  // from a peer over gRPC
  controlMessages(),
  fileName,
  address,
  principal,
  authority,
  // from a browser
  link,
  // from a disk
  spoolNote,
  manifest,
  manifestBody,
  identityFile,
  deletionLog,
  objectName,
  tableRow,
  tableMarker,
  await tableFile(),
  snapshotName,
  mp4Boxes,
  // from whoever runs it
  policyFile,
  await credentials(),
];
