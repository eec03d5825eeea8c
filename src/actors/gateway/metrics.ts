/** What a gateway shows of itself. */
import {
  counter,
  countersBy,
  durationsBy,
  type Family,
  gauge,
  gaugesBy,
} from '../observing/family.js';
import type { GatewayWorld } from './world.js';

type Counted = Pick<GatewayWorld, 'cluster' | 'counters'>;

export const gatewayFamilies = (
  world: Counted,
  isMasterThere: () => boolean,
): readonly Family[] => [
  ...ofRequests(world, isMasterThere),
  ...ofFilms(world),
  ...ofUploads(world),
];

const ofRequests = ({ counters }: Counted, isMasterThere: () => boolean): Family[] => [
  gauge('reelkeep_gateway_master_connected', '1 when the master answers.', () =>
    Number(isMasterThere()),
  ),
  countersBy(
    ['route', 'method', 'status'],
    'reelkeep_gateway_http_requests_total',
    'Requests that ended, by group of routes, method and class of status.',
    () => counters.requests.counts,
  ),
  durationsBy(
    ['route'],
    'reelkeep_gateway_http_request_duration_seconds',
    'Requests until the head of their answer was ready.',
    () => counters.durations,
  ),
  gauge('reelkeep_gateway_viewers', 'Answers with bytes of a film that go on now.', () =>
    counters.viewers.counts.get('viewer'),
  ),
];

const ofFilms = ({ cluster }: Counted): Family[] => [
  counter(
    'reelkeep_gateway_sent_bytes_total',
    'Bytes of films that were given to viewers.',
    () => cluster.reading().givenBytes,
  ),
  counter(
    'reelkeep_gateway_read_bytes_total',
    'Bytes of films that keepers have sent.',
    () => cluster.reading().keeperBytes,
  ),
  countersBy(
    ['source'],
    'reelkeep_gateway_chunks_total',
    'Chunks that viewers came to: in memory or on their way already, or to be asked of a keeper then.',
    () => {
      const { chunksFound, chunksFetched } = cluster.reading();
      return [
        ['memory', chunksFound],
        ['keeper', chunksFetched],
      ];
    },
  ),
  counter(
    'reelkeep_gateway_bad_chunks_total',
    'Chunks and manifests of keepers that were wrong, and asked of others.',
    () => cluster.reading().badChunks,
  ),
  gaugesBy(
    ['state'],
    'reelkeep_gateway_memory_chunks',
    'Chunks of 4 MiB in memory, those of them that are coming, and those that wait for memory.',
    () => {
      const { chunksInMemory, chunksComing, waitingForMemory } = cluster.reading();
      return [
        ['in memory', chunksInMemory],
        ['coming', chunksComing],
        ['waiting', waitingForMemory],
      ];
    },
  ),
];

const ofUploads = ({ counters }: Counted): Family[] => [
  counter(
    'reelkeep_gateway_stored_bytes_total',
    'Bytes of films that came in as uploads and that the cluster has acknowledged.',
    () => counters.storedBytes,
  ),
  gaugesBy(
    ['protocol'],
    'reelkeep_gateway_uploads_in_progress',
    'Uploads that are being put, and resumable ones that the cluster is being given.',
    () => counters.uploadsUnderWay.counts,
  ),
  countersBy(
    ['protocol', 'outcome'],
    'reelkeep_gateway_uploads_total',
    'Uploads that ended: committed, or with the code of an error.',
    () => counters.uploads.counts,
  ),
];
