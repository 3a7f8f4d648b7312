// Which crashes a case may have: those it expects, and the panic with which a KUnit kernel without a root file system ends.
import type { Expect } from '../model/case.ts';
import { parsePattern } from '../model/pattern.ts';
import type { Crash, Finding } from '../model/console.ts';
import type { SeenCrash } from '../model/report.ts';
import { failingLeaves } from './results.ts';

/** In the order of their lines: one that began first may have been certain last. */
export function crashesOf(findings: readonly Finding[]): readonly Crash[] {
  return findings.filter((finding) => finding.kind === 'crash').sort((a, b) => a.line - b.line);
}

/** `true`, part of a title, or `/regular expression/flags` over it. */
export function matchesCrash(expected: true | string, title: string): boolean {
  return expected === true || parsePattern(expected).matches(title);
}

/** The first crash that nobody asked for. With `kunit`, the end of a kernel that only ran KUnit is none. */
export function unexpectedCrash(expect: readonly Expect[], findings: readonly Finding[], kunit: boolean): Crash | undefined {
  return crashesOf(findings).find((crash) => !isExpected(crash, expect, findings, kunit) && !isOutlived(crash, findings));
}

/** Every crash for the report, those that the case may have, or is known to have, marked as such. */
export function seenCrashes(expect: readonly Expect[], findings: readonly Finding[], isKnown: (crash: Crash) => boolean = () => false): readonly SeenCrash[] {
  return crashesOf(findings).map((crash) => (isExpected(crash, expect, findings, false) || isKnown(crash) ? { ...crash, expected: true } : crash));
}

function isExpected(crash: Crash, expect: readonly Expect[], findings: readonly Finding[], kunit: boolean): boolean {
  return expect.some((one) => one.crash !== undefined && matchesCrash(one.crash, crash.title)) || kunit && endsKunit(crash, findings);
}

// What the kernel says of its initrd explains why nothing started. Where user space did, the archive was good enough.
function isOutlived(crash: Crash, findings: readonly Finding[]): boolean {
  return crash.title.startsWith('initrd: ') && findings.some((finding) => finding.kind === 'milestone' && finding.name === 'userspace' && finding.line > crash.line);
}

// A kernel that runs KUnit at boot and has no init ends so by design: tools/testing/kunit takes it for the end of the run too.
function endsKunit(crash: Crash, findings: readonly Finding[]): boolean {
  return /^kernel panic: (?:VFS: Unable to mount root fs|No working init found)/.test(crash.title)
    && findings.some((finding) => finding.kind === 'results' && finding.line < crash.line && finding.results.length > 0 && failingLeaves(finding.results).every(({ result }) => result.status !== 'missing'))
    && !findings.some((finding) => finding.kind === 'milestone' && finding.name === 'userspace');
}
