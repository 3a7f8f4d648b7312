// What apt's error output means, with the next action (apt prints these texts in the C locale). Pure.
import { HarnessError } from '../model/errors.ts';
import { redactUrl } from '../sys/http.ts';

export interface AptContext {
  readonly mirror: string;
  readonly suite: string;
  /** Debian architecture. */
  readonly arch: string;
  /** What was asked for; empty while the index is fetched. */
  readonly packages: readonly string[];
}

interface Rule {
  readonly code: string;
  readonly when: RegExp;
  readonly say: (context: AptContext, match: RegExpExecArray) => string;
  readonly hint: (context: AptContext) => string;
}

const where = (context: AptContext): string => redactUrl(context.mirror);

const rules: readonly Rule[] = [
  {
    code: 'DISK_FULL',
    when: /No space left on device|Disk quota exceeded/,
    say: () => "no space left for apt's package index in the cache",
    hint: () => 'make room or set KIT_TEST_CACHE to a folder on another disk',
  },
  {
    code: 'APT_SIGNATURE',
    when: /NO_PUBKEY|BADSIG|EXPKEYSIG|REVKEYSIG|signatures? couldn't be verified|is not signed|invalid signature|Missing key|Signature by key .* uses weak|sqv returned an error|Clearsigned file isn't valid/,
    say: (context) => `the signature of Debian ${context.suite} from ${where(context)} cannot be verified`,
    hint: () => 'install or update the package debian-archive-keyring, or name the right keys with apt.keyring in harness.config.ts',
  },
  {
    code: 'APT_INDEX_EXPIRED',
    when: /Release file for \S+ is (expired|not valid yet)/,
    say: (context) => `the index of Debian ${context.suite} on ${where(context)} is out of its validity`,
    hint: () => "check this machine's clock; a mirror that is no longer updated needs another setting of apt.mirror",
  },
  {
    code: 'NETWORK',
    when: /Temporary failure resolving|Could not resolve|Unable to connect|Could not connect|Connection failed|connection timed out|Network is unreachable|No route to host|Connection refused|Could not handshake/i,
    say: (context) => `the Debian archive ${where(context)} cannot be reached`,
    hint: () => 'check the network and the proxy; with a complete kit-test.lock and a filled cache no network is needed',
  },
  {
    code: 'APT_NO_SUITE',
    when: /does not have a Release file|(404|410)\s+(Not Found|Gone)|File not found.*Release/i,
    say: (context) => `the Debian archive ${where(context)} has no suite "${context.suite}"`,
    hint: () => 'check the name of the suite (bookworm, trixie, sid, …); old ones move to an archive of their own, to be named as source.mirror or KIT_TEST_DEBIAN_MIRROR',
  },
  {
    code: 'APT_UNSATISFIABLE',
    when: /unmet dependencies|held broken packages|Unable to correct problems|Depends: .* but/,
    say: (context) => `Debian ${context.suite} cannot install ${context.packages.join(' ')} for ${context.arch}: dependencies are missing in it`,
    hint: () => 'unstable suites are inconsistent at times: try again later, or take another suite',
  },
];

/** The name of a package apt could not find, if that is what it complains about. */
export function missingPackage(stderr: string): string | undefined {
  return /Unable to locate package (\S+)/.exec(stderr)?.[1] ?? /Package '?([^\s']+)'? has no installation candidate/.exec(stderr)?.[1] ?? /Couldn't find any package by (?:glob|regex) '([^']+)'/.exec(stderr)?.[1];
}

/** The failure in our words; the lines of apt's output that hold the detail follow. */
export function aptFailure(output: string, context: AptContext): HarnessError {
  const detail = output.split('\n').map((line) => line.trim()).filter((line) => /^(E|W|Err):?|: (Pre-)?Depends: /.test(line)).slice(0, 6)
    .map((line) => line.replaceAll(/[a-z+]+:\/\/\S+/g, (url) => redactUrl(url))).join('\n');
  const tail = detail === '' ? '' : `\n${detail}`;
  for (const rule of rules) {
    const match = rule.when.exec(output);
    if (match !== null) return new HarnessError(rule.code, `${rule.say(context, match)}${tail}`, { hint: rule.hint(context) });
  }
  return new HarnessError('APT_FAILED', `apt failed for Debian ${context.suite} (${context.arch}) from ${where(context)}${tail}`, {
    hint: '"kit-test doctor" checks whether apt works here',
  });
}
