/** Every method that the master offers, from the proto files themselves. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { loadSync, type MethodDefinition } from '@grpc/proto-loader';

export type Method = MethodDefinition<object, object>;

export function allMethods(): readonly Method[] {
  const resolve = createRequire(import.meta.url).resolve;
  const root = dirname(dirname(dirname(resolve('#proto/reelkeep/v1/client.proto'))));
  const health = dirname(resolve('grpc-health-check/package.json'));
  const reflection = dirname(resolve('@grpc/reflection/package.json'));
  return [
    ...methodsOf('reelkeep/v1/client.proto', root),
    ...methodsOf('reelkeep/v1/keeper.proto', root),
    ...methodsOf('health/v1/health.proto', join(health, 'proto')),
    ...methodsOf('grpc/reflection/v1/reflection.proto', join(reflection, 'build/proto')),
    ...methodsOf('grpc/reflection/v1alpha/reflection.proto', join(reflection, 'build/proto')),
  ];
}

const methodsOf = (file: string, root: string): Method[] =>
  Object.values(loadSync(file, { includeDirs: [root] })).flatMap((definition) =>
    'format' in definition ? [] : Object.values(definition as Record<string, Method>),
  );
