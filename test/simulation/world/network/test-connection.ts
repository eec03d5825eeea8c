/** Two processes and a connection between them, of which everything is written down. */
import type { End } from './end.js';
import type { Rig } from './rig.js';

export const keeper = '10.0.0.1';
export const client = '10.0.0.2';
export const port = 7001;

export async function connect(rig: Rig, { isGreedy = true, port: at = port } = {}) {
  const server = rig.start(keeper);
  const dialling = rig.start(client);
  const heard: unknown[] = [];
  const broken: { dialler: string | undefined; acceptor: string | undefined } = {
    dialler: undefined,
    acceptor: undefined,
  };
  let finished = 0;
  let told = 0;
  let accepted: End | undefined;
  let dialled: End | undefined;
  rig.network.listen(server, { host: keeper, port: at }, (end) => {
    accepted = end;
    end.handle({
      onMessage: (payload, bytes) => {
        heard.push(payload);
        if (isGreedy) end.taken(bytes);
      },
      onFinish: () => undefined,
      onBroken: ({ code }) => {
        broken.acceptor = code;
      },
    });
  });
  rig.network.dial(
    dialling,
    { host: keeper, port: at },
    {
      onConnected: (end) => {
        dialled = end;
        end.handle({
          onMessage: (_, bytes) => end.taken(bytes),
          onFinish: () => {
            finished += 1;
          },
          onBroken: ({ code }) => {
            broken.dialler = code;
          },
          onRoom: () => {
            told += 1;
          },
        });
      },
      onFailed: (error) => {
        throw error;
      },
    },
  );
  await rig.kernel.run(rig.kernel.nowMs + 100_000, () => accepted !== undefined);
  if (accepted === undefined || dialled === undefined) throw new Error('not connected');
  const ends = { acceptor: accepted, dialler: dialled };
  return { ...ends, server, heard, broken, finished: () => finished, told: () => told };
}
