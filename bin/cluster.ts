import { runLocalCluster } from '../src/cli/local/board.js';

process.exitCode = await runLocalCluster(process.argv.slice(2));
