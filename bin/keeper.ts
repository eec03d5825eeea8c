import { runKeeper } from '../src/cli/keeper-program.js';

process.exitCode = await runKeeper(process.argv.slice(2));
