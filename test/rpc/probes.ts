/** What people point at a gRPC server: a health probe, and a tool that lists services. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import {
  type ClientDuplexStream,
  credentials,
  makeGenericClientConstructor,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { service as healthService } from 'grpc-health-check';
import { onTestFinished } from 'vitest';

const require = createRequire(import.meta.url);

export function askHealth(port: number, service: string): Promise<string> {
  const client = open(healthService, port) as unknown as HealthClient;
  return new Promise((resolve, reject) => {
    client.check({ service }, (error, answer) =>
      error === null ? resolve(String(answer.status)) : reject(error),
    );
  });
}

export function listServices(port: number): Promise<readonly string[]> {
  const client = open(reflectionService(), port) as unknown as ReflectionClient;
  const stream = client.serverReflectionInfo();
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.on('data', ({ listServicesResponse }: ReflectionAnswer) => {
      resolve(listServicesResponse.service.map(({ name }) => name));
      stream.end();
    });
    stream.write({ listServices: '*' });
  });
}

interface HealthClient {
  check(
    request: { service: string },
    then: (error: Error | null, answer: { status: unknown }) => void,
  ): void;
}

interface ReflectionClient {
  serverReflectionInfo(): ClientDuplexStream<object, ReflectionAnswer>;
}

interface ReflectionAnswer {
  readonly listServicesResponse: { readonly service: readonly { readonly name: string }[] };
}

function open(service: ServiceDefinition, port: number) {
  const Client = makeGenericClientConstructor(service, 'probe');
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}

function reflectionService(): ServiceDefinition {
  const root = dirname(dirname(require.resolve('@grpc/reflection')));
  const loaded = loadSync(`${root}/proto/grpc/reflection/v1/reflection.proto`);
  return loaded['grpc.reflection.v1.ServerReflection'] as ServiceDefinition;
}
