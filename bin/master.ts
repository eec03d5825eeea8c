import { runMaster } from '../src/cli/master-program.js';

process.exitCode = await runMaster(process.argv.slice(2));
