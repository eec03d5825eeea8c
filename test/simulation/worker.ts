/** Entry of a process in which one run happens after the other, as its parent asks. */
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import type { PlainReport } from './command/plain-report.js';
import { toPlainReport } from './command/plain-report.js';
import type { ToWorker } from './command/worker-messages.js';
import { runStory } from './story/run-story.js';
import { storyOf } from './story/story-of.js';

/** Of an error's stack in a run that somebody looks at; in the others it is too dear. */
const stackTraceLimit = Error.stackTraceLimit;

async function play(asked: ToWorker): Promise<PlainReport> {
  Error.stackTraceLimit = asked.type === 'play' ? stackTraceLimit : 0;
  const begunMs = performance.now();
  const story = asked.type === 'play' ? asked.story : storyOf(asked.seed, asked.run, asked.options);
  const isVerbose = asked.type === 'play' && asked.isVerbose;
  const report = await runStory(story, { isVerbose });
  return { ...toPlainReport(report, isVerbose), realMs: performance.now() - begunMs };
}

process.on('message', (asked: ToWorker) => {
  play(asked).then(
    (report) => process.send?.(report),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      process.exit(1);
    },
  );
});
