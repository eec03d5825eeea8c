import { runGateway } from '../src/cli/gateway-program.js';

process.exitCode = await runGateway(process.argv.slice(2));
