/** One request to a gateway that has a certificate of its own. */
import { request } from 'node:https';
import { buffer } from 'node:stream/consumers';

export interface HttpsOrder {
  readonly port: number;
  readonly path: string;
  /** That the gateway is known by. */
  readonly ca: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface HttpsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

export async function askHttps(order: HttpsOrder): Promise<HttpsAnswer> {
  const { port, path, ca, method = 'GET', headers = {}, body } = order;
  return await new Promise((resolve, reject) => {
    const asking = request({ host: 'localhost', port, path, ca, method, headers, agent: false });
    asking.on('error', reject);
    asking.on('response', (response) => {
      buffer(response).then(
        (bytes) =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes }),
        reject,
      );
    });
    asking.end(body);
  });
}
