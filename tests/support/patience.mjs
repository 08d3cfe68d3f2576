// Waiting for a process, but not for ever: one that does not end is named with what its threads wait for, and ended.
import { readFileSync, readdirSync } from 'node:fs';

const read = (path) => {
  try {
    return readFileSync(path, 'latin1').replaceAll('\0', ' ').trim();
  } catch {
    return '?'; // ended meanwhile, or not for this user
  }
};

/** What the threads of a process, and of those that come of it, are at: a line each. */
function describe(pid) {
  const parent = (of) => Number(read(`/proc/${of}/stat`).replace(/^.*\) \S /, '').split(' ')[0]);
  const below = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parent(name) === pid).map(Number);
  let tasks = [];
  try {
    tasks = readdirSync(`/proc/${pid}/task`);
  } catch {} // ended
  return [`${pid} ${read(`/proc/${pid}/cmdline`) || read(`/proc/${pid}/comm`)}`,
    ...tasks.map((task) => `  ${task} ${read(`/proc/${pid}/task/${task}/comm`)} ${read(`/proc/${pid}/task/${task}/wchan`)} ${read(`/proc/${pid}/task/${task}/syscall`)}`),
    ...below.flatMap(describe)];
}

/** The promise's value; after so many seconds the child is killed and an error tells what it was at. */
export async function patience(promise, child, seconds = 300) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => {
      const lines = describe(child.pid);
      child.kill('SIGKILL');
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe?.destroy(); // what comes of it may hold them
      fail(new Error(`${child.spawnargs.join(' ')} did not end within ${seconds} s (exit code ${child.exitCode}, signal ${child.signalCode}):\n${lines.join('\n')}`));
    }, seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** When a process has ended and nothing holds its output: [code, signal]. Call it when that is to be waited for. */
export const closing = (child) => {
  const closed = new Promise((done) => child.on('close', (...how) => done(how)));
  return () => patience(closed, child);
};
