import { runDemo } from '../src/cli/local/demo.js';

process.exitCode = await runDemo(process.argv.slice(2));
