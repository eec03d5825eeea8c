/**
 * S25: what a keeper reports of a former start is refused once a later start of it has been admitted.
 *
 * Judged by the calls that the master answers: a report may have been on its way for long, and may
 * come again.
 */
import type {
  KeeperStamp,
  RegisterRequest,
  RegisterResponse,
} from '../../../src/rpc/generated/reelkeep/v1/keeper.js';
import type { SimCluster } from '../cluster/sim-cluster.js';
import type { CallTraffic } from '../world/world.js';
import type { Checker } from './checker.js';

const service = '/reelkeep.v1.KeeperService/';
const reports = ['ReportStored', 'ReportFailed', 'ReportVerified', 'ReportDropped'];

export function oldReportsChangeNothing(cluster: SimCluster): Checker {
  let known: object | undefined;
  let calls = new CallsSeen(cluster);
  return {
    invariant: 'S25',
    call(traffic) {
      if (!traffic.path.startsWith(service)) return;
      if (known !== traffic.process) {
        known = traffic.process;
        calls = new CallsSeen(cluster);
      }
      calls.see(traffic, traffic.path.slice(service.length));
    },
  };
}

/** The calls of keepers to one start of the master. */
class CallsSeen {
  readonly #cluster: SimCluster;
  readonly #admitted = new Map<string, number>();
  readonly #registering = new WeakMap<object, string>();
  /** Reports that were of a former start when they arrived, in words. */
  readonly #old = new WeakMap<object, string>();

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
  }

  see({ call, direction, message }: CallTraffic, method: string): void {
    if (method === 'Register') {
      if (direction === 'in') this.#registering.set(call, (message as RegisterRequest).keeperId);
      else this.#noteAdmitted(this.#registering.get(call), message);
    } else if (reports.includes(method)) {
      if (direction === 'in') this.#noteReport(call, method, message);
      else this.#judge(this.#old.get(call), message);
    }
  }

  #noteAdmitted(keeper: string | undefined, answer: unknown): void {
    if (keeper === undefined || answer === undefined) return;
    this.#admitted.set(keeper, (answer as RegisterResponse).incarnation);
  }

  #noteReport(call: object, method: string, request: unknown): void {
    const { stamp } = request as { readonly stamp?: KeeperStamp };
    const admitted = this.#admitted.get(stamp?.keeperId ?? '') ?? 0;
    if (stamp === undefined || stamp.incarnation >= admitted) return;
    const { keeperId, incarnation } = stamp;
    this.#old.set(
      call,
      `${method} of start ${incarnation} of ${keeperId}, whose start is ${admitted},`,
    );
  }

  #judge(report: string | undefined, answer: unknown): void {
    if (report === undefined || answer === undefined) return;
    // A replica that is not taken, and no error: it changed nothing either.
    if ((answer as { readonly accepted?: boolean }).accepted === false) return;
    this.#cluster.report('S25', `${report} was taken`);
  }
}
