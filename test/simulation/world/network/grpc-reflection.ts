/** Twin of `@grpc/reflection`: no program of a run asks what services there are. */
export class ReflectionService {
  addToServer(_server: unknown): void {}
}
