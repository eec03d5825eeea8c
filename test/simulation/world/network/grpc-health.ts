/** Twin of `grpc-health-check`: what a server says of its services, which nobody asks over the network. */
export class HealthImplementation {
  readonly statuses: Map<string, string>;

  constructor(statuses: Readonly<Record<string, string>> = {}) {
    this.statuses = new Map(Object.entries(statuses));
  }

  setStatus(service: string, status: string): void {
    this.statuses.set(service, status);
  }

  addToServer(_server: unknown): void {}
}
