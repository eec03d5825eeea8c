/** What a gateway counts while it serves; what is read from keepers, its cluster counts itself. */
import { Durations, Tally, UnderWay } from '../../domain/counting.js';
import { type ErrorCode, toPlainError } from '../../domain/errors.js';

/** What is asked for, as groups of routes; never a path. */
const routeGroups = ['files', 'uploads', 'console', 'api', 'events', 'observing'] as const;
export type RouteGroup = (typeof routeGroups)[number] | 'other';

const httpMethods = ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'other'] as const;
type CountedMethod = (typeof httpMethods)[number];

type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx';

export type UploadProtocol = 'put' | 'tus';

/** Until the head of the answer is sent. */
const requestBoundsMs = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 60_000];

export class GatewayCounters {
  readonly requests = new Tally<`${RouteGroup}/${CountedMethod}/${StatusClass}`>();
  /** Until the head of the answer was sent. */
  readonly durations = new Map<RouteGroup, Durations>(
    routeGroups.map((group) => [group, new Durations(requestBoundsMs)]),
  );
  /** Of films that were put here and that the cluster has acknowledged. */
  storedBytes = 0;
  /** Answers with bytes of a film that go on now. */
  readonly viewers = new UnderWay<'viewer'>(['viewer']);
  readonly uploadsUnderWay = new UnderWay<UploadProtocol>(['put', 'tus']);
  readonly uploads = new Tally<`${UploadProtocol}/${'committed' | ErrorCode}`>([
    'put/committed',
    'tus/committed',
  ]);

  /** @param work resolves with the file when the cluster has it */
  async countUpload<File extends { readonly size: number }>(
    protocol: UploadProtocol,
    work: () => Promise<File>,
  ): Promise<File> {
    const end = this.uploadsUnderWay.begin(protocol);
    try {
      const file = await work();
      this.uploads.add(`${protocol}/committed`);
      this.storedBytes += file.size;
      return file;
    } catch (error) {
      this.uploads.add(`${protocol}/${toPlainError(error).code}`);
      throw error;
    } finally {
      end();
    }
  }

  noteRequest(group: RouteGroup, method: string, status: number, tookMs: number): void {
    this.requests.add(`${group}/${countedMethod(method)}/${classOf(status)}`);
    const durations = this.durations.get(group) ?? new Durations(requestBoundsMs);
    this.durations.set(group, durations);
    durations.note(tookMs);
  }
}

/** Whoever sends a request may call its method anything. */
const countedMethod = (method: string): CountedMethod =>
  httpMethods.find((known) => known === method) ?? 'other';

function classOf(status: number): StatusClass {
  if (status >= 500) return '5xx';
  if (status >= 400) return '4xx';
  if (status >= 300) return '3xx';
  return status >= 200 ? '2xx' : '1xx';
}
