/** nginx with DAV: what a user does by hand, one PUT into each of three directories. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { timeCommands } from '../timed-command.js';
import { freePort, isListening, OwnProcess, until } from './own-process.js';
import { type Peer, type RunningPeer, requireProgram } from './peer.js';

const copies = ['a', 'b', 'c'];

export const nginx: Peer = {
  name: 'nginx',
  what: 'curl to nginx with DAV, each film put three times; nothing is hashed or repaired',
  programs: ['nginx', 'curl'],
  start: startNginx,
};

async function startNginx(dir: string): Promise<RunningPeer> {
  const port = await freePort();
  const root = join(dir, 'root');
  for (const copy of copies) await mkdir(join(root, copy), { recursive: true });
  await mkdir(join(dir, 'tmp'), { recursive: true });
  const config = join(dir, 'nginx.conf');
  await writeFile(config, configText(dir, root, port));
  const args = ['-c', config, '-g', 'daemon off;', '-e', join(dir, 'error.log')];
  const server = await OwnProcess.start(requireProgram('nginx'), args, join(dir, 'nginx.log'));
  await until('nginx listens', () => isListening(port));
  const urlOf = (copy: string, film: string): string =>
    `http://127.0.0.1:${port}/${copy}/${basename(film)}`;
  return {
    put: (films, atATime) =>
      timeCommands(
        copies.map((copy) =>
          curl(
            atATime,
            films.flatMap((film) => ['-T', film, urlOf(copy, film)]),
          ),
        ),
      ),
    get: (films, target, atATime) =>
      timeCommands([
        curl(
          atATime,
          films.flatMap((film) => ['-o', join(target, basename(film)), urlOf('a', film)]),
        ),
      ]),
    clear: async () => {
      for (const path of await filesIn(root)) await rm(path);
    },
    stored: () => filesIn(root),
    end: () => server.end(),
  };
}

function curl(atATime: number, args: readonly string[]): readonly [string, ...string[]] {
  const parallel = atATime > 1 ? ['--parallel', '--parallel-max', `${atATime}`] : [];
  return [requireProgram('curl'), '--silent', '--show-error', '--fail', ...parallel, ...args];
}

async function filesIn(root: string): Promise<readonly string[]> {
  const names = await Promise.all(copies.map((copy) => readdir(join(root, copy))));
  return copies.flatMap((copy, at) => (names[at] ?? []).map((name) => join(root, copy, name)));
}

const configText = (dir: string, root: string, port: number): string => `
user root;
worker_processes 2;
pid ${join(dir, 'nginx.pid')};
events { worker_connections 256; }
http {
  access_log off;
  sendfile on;
  client_max_body_size 0;
  client_body_temp_path ${join(dir, 'tmp')};
  server {
    listen 127.0.0.1:${port};
    root ${root};
    location / { dav_methods PUT DELETE; }
  }
}
`;
