/**
 * Which roles may call which method of the master. One that is not named here can be called by
 * nobody; the types ask for each method of the two services.
 */
import type { Role } from '../domain/principal.js';
import type { ClientServiceService } from './generated/reelkeep/v1/client.js';
import type { KeeperServiceService } from './generated/reelkeep/v1/keeper.js';

type PathOf<Service> = Service[keyof Service] extends { readonly path: infer Path extends string }
  ? Path
  : never;
type OwnMethod = PathOf<typeof ClientServiceService> | PathOf<typeof KeeperServiceService>;

const users: readonly Role[] = ['client', 'admin'];
const operators: readonly Role[] = ['admin'];
const keepers: readonly Role[] = ['keeper'];
const everyone: readonly Role[] = ['master', 'keeper', 'client', 'admin'];

const ownMethods: Readonly<Record<OwnMethod, readonly Role[]>> = {
  '/reelkeep.v1.ClientService/BeginUpload': users,
  '/reelkeep.v1.ClientService/AwaitUpload': users,
  '/reelkeep.v1.ClientService/AbandonUpload': users,
  '/reelkeep.v1.ClientService/Locate': users,
  '/reelkeep.v1.ClientService/Stat': users,
  '/reelkeep.v1.ClientService/StatMany': users,
  '/reelkeep.v1.ClientService/List': users,
  '/reelkeep.v1.ClientService/Remove': users,
  '/reelkeep.v1.ClientService/Rename': users,
  '/reelkeep.v1.ClientService/ListKeepers': users,
  '/reelkeep.v1.ClientService/ListKeeperFiles': users,
  '/reelkeep.v1.ClientService/RetireKeeper': operators,
  '/reelkeep.v1.ClientService/Status': users,
  '/reelkeep.v1.ClientService/Verify': users,
  '/reelkeep.v1.ClientService/Fsck': users,
  '/reelkeep.v1.ClientService/ReportBadReplica': users,
  '/reelkeep.v1.KeeperService/Register': keepers,
  '/reelkeep.v1.KeeperService/ReportInventory': keepers,
  '/reelkeep.v1.KeeperService/Session': keepers,
  '/reelkeep.v1.KeeperService/ReportStored': keepers,
  '/reelkeep.v1.KeeperService/ReportFailed': keepers,
  '/reelkeep.v1.KeeperService/ReportVerified': keepers,
  '/reelkeep.v1.KeeperService/ReportDropped': keepers,
  '/reelkeep.v1.KeeperService/ListReplicas': keepers,
};

const rules: ReadonlyMap<string, readonly Role[]> = new Map([
  ...Object.entries(ownMethods),
  ['/grpc.health.v1.Health/Check', everyone],
  ['/grpc.health.v1.Health/Watch', everyone],
  ['/grpc.health.v1.Health/List', everyone],
  ['/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', operators],
  ['/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo', operators],
]);

/** @param path of the method, as `/package.Service/Method` */
export const rolesFor = (path: string): readonly Role[] => rules.get(path) ?? [];
