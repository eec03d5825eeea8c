/** Twin of `node:diagnostics_channel`: nothing is published, for gRPC has no sockets in here. */
export const subscribe = (): void => undefined;
export const unsubscribe = (): boolean => true;
