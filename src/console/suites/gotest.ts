// `go test`: package › test › subtest. A test that ran and never ended is missing, and so is a package without its last line.
// A compiled test that is run by itself names no package; its last line is PASS or FAIL.
import { noneKept } from '../budget.ts';
import type { Budget } from '../budget.ts';
import { concludePackage, endTest, openPackage, runTest, tell, testLimit } from './gotest-package.ts';
import type { GoPackage } from './gotest-package.ts';
import { parseGoLine } from './gotest-lines.ts';
import type { GoLine } from './gotest-lines.ts';
import { createProblems } from './suite.ts';
import type { Suite, SuiteReader } from './suite.ts';

const packageLimit = 1000;

export const gotest: Suite = {
  protocol: 'gotest',
  begins: /RUN {3}\S|PASS: |FAIL: |SKIP: |FAIL\t|Action":|ok {2}\t\S|no test files/,
  words: ['RUN   ', 'PASS: ', 'FAIL: ', 'SKIP: ', 'FAIL\t', 'Action":', 'ok  \t', 'no test files'],
  readerWords: ['=== ', '--- ', 'PASS', 'FAIL', 'ok ', 'ok\t', 'no test files', '.go:', 'panic: ', 'fatal error: ', 'signal: ', 'exit status ', 'Action"'],
  recognises: (text) => {
    const line = parseGoLine(text);
    return line !== undefined && line.kind !== 'output' && !('glued' in line);
  },
  open: createGoReader,
};

function createGoReader(budget: Budget, onFailure: (line: number) => void): SuiteReader {
  const kept = noneKept();
  const problems = createProblems();
  /** The one that prints text has no name until it ends. */
  const packages = new Map<string, GoPackage>();
  const room = { tests: testLimit };
  let ended = 0;
  let failed = false;
  let last: string | undefined;

  function packageOf(name: string, line: number): GoPackage {
    const open = packages.get(name);
    // After its last line comes another one.
    if (open !== undefined && open.status === undefined) return open;
    if (open !== undefined) close(name, open);
    const fresh = openPackage(name, line, room);
    if (packages.size < packageLimit) packages.set(name, fresh);
    else problems.add(`more than ${packageLimit} packages at once`);
    return fresh;
  }

  function close(key: string, open: GoPackage): void {
    packages.delete(key);
    ended += 1;
    if (concludePackage(open, budget, kept)) failed = true;
    if (open.overflow) problems.add(`${open.name === '' ? 'a package' : open.name} has too many tests`);
  }

  function takePackage({ package: name, status, detail, durationMs }: Extract<GoLine, { kind: 'package' }>, line: number): void {
    const key = packages.has(name) ? name : '';
    const open = packages.get(key) ?? openPackage(name, line, room);
    if (open.status === 'fail' && status === 'pass') problems.add(`${name} says ok after FAIL`);
    Object.assign(open, { name, status, detail, durationMs, line });
    if (status === 'fail') onFailure(line);
    close(key, open);
  }

  function takeBinary(status: 'pass' | 'fail', line: number): void {
    const open = packages.get('');
    if (open !== undefined) {
      open.status = status;
      if (status === 'fail') open.line = line;
    } else if (status === 'fail' && !failed) problems.add('FAIL, but no test has failed');
  }

  return {
    take(raw, line, repaired) {
      const said = parseGoLine(raw.trim());
      switch (said?.kind) {
        case undefined: break;
        case 'run': case 'current':
          last = said.test;
          if (said.kind === 'run') runTest(packageOf(said.package, line), said.test, line);
          else packageOf(said.package, line).current = said.test;
          break;
        case 'end': {
          const open = packageOf(said.package, line);
          // Behind other text only the end of what runs is certain.
          if (said.glued === true && open.tests.get(said.test)?.status !== undefined) break;
          if (said.glued === true && !open.tests.has(said.test)) break;
          last = said.test;
          if (said.status === 'fail') onFailure(line);
          endTest(open, said, line, repaired || said.glued === true);
          break;
        }
        case 'start': packageOf(said.package, line); break;
        case 'package': takePackage(said, line); break;
        case 'binary': takeBinary(said.status === 'pass' ? 'pass' : 'fail', line); break;
        case 'output': {
          const open = packages.get(said.package);
          if (open !== undefined) tell(open, said.test, said.text);
          break;
        }
      }
    },
    complete: () => problems.all().length === 0 && (ended > 0 || packages.size > 0) && [...packages.values()].every(({ status }) => status !== undefined),
    lastTest: () => last,
    finish() {
      for (const [key, open] of packages) close(key, open);
      return { kept, problems: problems.all() };
    },
  };
}
