/** Twin of `@grpc/proto-loader`: what it would load is for reflection alone. */
export const loadSync = (): Record<string, never> => ({});
