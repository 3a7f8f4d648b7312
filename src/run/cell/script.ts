// The script of a case, which runs on this machine as rtf runs a test.sh: by /bin/sh, in its own folder, with the RT_
// variables, in a process group of its own; what it prints on both its outputs is the console.
import { constants } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { BootResult } from '../../model/boot.ts';
import type { Script } from '../../model/case.ts';
import type { Cell } from '../../model/cell.ts';
import type { WatchState } from '../../model/console.ts';
import type { Harness } from '../../model/harness.ts';
import { quoteWord } from '../../model/shell.ts';
import type { CommandPlan } from '../../boot/command-runner.ts';
import { unscaledLimits } from '../../config/resolve.ts';
import type { HostFacts } from '../host-facts.ts';

export interface ScriptPlace {
  /** Folder of the project. */
  readonly root: string;
  readonly harness: Pick<Harness, 'cases' | 'timeouts'>;
  /** The run folder, which is $RT_RESULTS. */
  readonly folder: string;
  readonly host: HostFacts;
  /** $RT_LABELS. */
  readonly labels: readonly string[];
}

/** Between SIGTERM and SIGKILL: a script cleans up in a trap. */
const graceMs = 5000;

/** How the script of a cell is run. @see linuxkit/rtf, docs/USER_GUIDE.md */
export function planScript({ case: testCase }: Cell, script: Script, place: ScriptPlace): CommandPlan {
  const file = resolve(testCase.dir, script.file);
  const root = scriptRoot(testCase, place);
  const beside = [script.before, script.after].map((path) => (path === undefined ? '' : resolve(testCase.dir, path)));
  const isAlone = script.repeat === 1 && beside.every((path) => path === '');
  return {
    command: ['/bin/sh', '-c', isAlone ? once : rounds, 'sh', file, `${script.repeat}`, ...beside],
    name: basename(file),
    cleanupMs: 0,
    cwd: dirname(file),
    env: scriptEnv(testCase.name, root, place),
    limits: scriptLimits(testCase, script, place.harness),
    graceMs,
  };
}

/** $RT_PROJECT_ROOT. */
export const scriptRoot = ({ script, dir }: Cell['case'], { root, harness }: Pick<ScriptPlace, 'root'> & { readonly harness: Pick<Harness, 'cases'> }): string =>
  script?.root === undefined ? resolve(root, harness.cases) : resolve(dir, script.root);

// Both outputs are one console, in the order of what is written; nobody types.
const once = 'exec /bin/sh "$1" </dev/null 2>&1';
/** File, rounds, the script before it and the one after it, as rtf runs them: in the folder of the test, with names numbered where it repeats. */
const rounds = `
exec </dev/null 2>&1
name=$RT_TEST_NAME n=1
beside() {
  [ ! "$1" ] && return
  /bin/sh "$@" && return
  echo "kit-test: \${1##*/} failed with exit status $?"
  return 1
}
while [ "$n" -le "$2" ]; do
  [ "$2" -eq 1 ] || { RT_TEST_NAME=$name.$n; echo "kit-test: run $n of $2"; }
  beside "$3" "$RT_TEST_NAME" || exit 1
  /bin/sh "$1"
  status=$?
  case $status in 0) result=0 ;; 253) result=3 ;; *) result=1 ;; esac
  beside "$4" "$RT_TEST_NAME" "$result" || [ "$result" -eq 1 ] || exit 1
  [ "$status" -eq 0 ] || exit "$status"
  n=$((n + 1))
done`;

/** A script that keeps what a guest prints to itself is silent for as long: only the case itself limits that. There is no boot to wait for. */
function scriptLimits({ timeouts }: Cell['case'], { repeat }: Script, harness: Pick<Harness, 'timeouts'>): CommandPlan['limits'] {
  const totalMs = unscaledLimits(timeouts, harness.timeouts).totalMs * repeat;
  return { bootMs: Infinity, silenceMs: timeouts.silence ?? Infinity, totalMs };
}

/** The environment that rtf gives to tests and groups. $RT_ROOT may lead to an rtf of the user's. */
export function scriptEnv(name: string, root: string, { folder, host, labels }: Pick<ScriptPlace, 'folder' | 'host' | 'labels'>): Readonly<Record<string, string>> {
  const utils = join(host.rtfRoot, 'bin');
  return {
    RT_ROOT: host.rtfRoot,
    RT_LIB: join(host.rtfRoot, 'lib', 'lib.sh'),
    RT_UTILS: utils,
    RT_PROJECT_ROOT: root,
    RT_OS: host.os,
    RT_OS_VER: host.version,
    RT_LABELS: labels.join(':'),
    RT_TEST_NAME: name,
    RT_RESULTS: folder,
    PATH: `${utils}:${host.path}`,
  };
}

/** The line that runs it by hand. */
export function scriptCommand({ command, env, cwd }: CommandPlan): string {
  const variables = Object.entries(env).filter(([key]) => key !== 'PATH').map(([key, value]) => `${key}=${quoteWord(value)}`);
  return ['cd', quoteWord(cwd), '&&', ...variables, '/bin/sh', quoteWord(command[4] ?? '')].join(' ');
}

/** What was seen of a script, with its exit status, which no line of its output tells. A signal is 128 and its number, as in a shell. */
export function withStatus(seen: WatchState, { exit }: Pick<BootResult, 'exit'>): WatchState {
  const findings = seen.findings.filter(({ kind }) => kind !== 'exit');
  const status = exit.kind === 'exited' ? exit.code : exit.kind === 'signalled' ? 128 + (signals[exit.signal] ?? 0) : undefined;
  return { ...seen, findings: status === undefined ? findings : [...findings, { kind: 'exit', status, line: 0, script: { lastLine: seen.lastLine } }] };
}

const signals: Readonly<Record<string, number | undefined>> = constants.signals;
