// Guests and what is expected of them, for laws that hold for every combination: what each expectation asks can be read off
// the guest without the judge.
import fc from 'fast-check';
import type { Expect } from '../../../src/model/case.ts';

export interface Guest {
  readonly words: readonly string[];
  /** What it asks for, all on one line. */
  readonly prompts: readonly string[];
  readonly forbidden: boolean;
  /** Undefined: it prints no KTAP. */
  readonly results: readonly ('ok' | 'not ok' | 'skip')[] | undefined;
  /** One more was planned than came. */
  readonly cut: boolean;
  readonly exit: number | undefined;
  /** Function that a warning of the kernel is in. */
  readonly warning: string | undefined;
  readonly tookMs: number;
}

export interface Wants {
  readonly words: readonly string[];
  readonly ordered: boolean;
  /** Prompts, in their order. */
  readonly dialog: readonly string[];
  readonly forbid: boolean;
  readonly ktap: boolean;
  readonly exit: number | undefined;
  readonly crash: string | undefined;
  readonly duration: { readonly min: number | undefined; readonly max: number | undefined } | undefined;
  readonly results: { readonly min: number | undefined; readonly max: number | undefined } | undefined;
  /** Each in an entry of its own. */
  readonly apart: boolean;
}

const range = (low: number, high: number) => fc.option(fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }), fc.constantFrom('min', 'max', 'both')).map(([a, b, which]) => ({
  min: which === 'max' ? undefined : Math.min(a, b),
  max: which === 'min' ? undefined : Math.max(a, b),
})), { nil: undefined });

export const guestArbitrary: fc.Arbitrary<Guest> = fc.record({
  words: fc.shuffledSubarray(['alpha', 'beta', 'gamma']),
  prompts: fc.shuffledSubarray(['login: ', 'secret: ', '# ']),
  forbidden: fc.boolean(),
  results: fc.option(fc.array(fc.constantFrom('ok', 'not ok', 'skip'), { maxLength: 4 }), { nil: undefined }),
  cut: fc.boolean(),
  exit: fc.option(fc.constantFrom(0, 3), { nil: undefined }),
  warning: fc.option(fc.constantFrom('tcp_reset', 'udp_reset'), { nil: undefined }),
  tookMs: fc.integer({ min: 1, max: 9 }),
});

export const wantsArbitrary: fc.Arbitrary<Wants> = fc.record({
  words: fc.shuffledSubarray(['alpha', 'beta']),
  ordered: fc.boolean(),
  dialog: fc.shuffledSubarray(['login: ', 'secret: ']),
  forbid: fc.boolean(),
  ktap: fc.boolean(),
  exit: fc.option(fc.constantFrom(0, 3), { nil: undefined }),
  crash: fc.option(fc.constant('tcp_reset'), { nil: undefined }),
  duration: range(1, 9),
  results: range(1, 4),
  apart: fc.boolean(),
}).filter(({ words, dialog, ktap, exit, crash }) => ktap || words.length > 0 || dialog.length > 0 || exit !== undefined || crash !== undefined)
  // Nothing reads results where there is no protocol: no case can be written so.
  .map((wants) => (wants.ktap ? wants : { ...wants, results: undefined }));

/** A guest that does all of it. */
export function guestThat(wants: Wants): Guest {
  const least = Math.max(1, wants.results?.min ?? 1);
  return {
    words: wants.words, prompts: wants.dialog, forbidden: false, cut: false, exit: wants.exit, warning: wants.crash,
    results: wants.ktap ? Array.from({ length: Math.min(least, wants.results?.max ?? least) }, () => 'ok' as const) : undefined,
    tookMs: wants.duration?.min ?? wants.duration?.max ?? 5,
  };
}

/** As a case would say it. */
export function expectOf(wants: Wants): readonly Expect[] {
  const { words, ordered, dialog, forbid, ktap, exit, crash, duration, results, apart } = wants;
  const parts: Partial<Expect>[] = [
    ...(ktap ? [{ protocol: 'ktap' as const, ...(results === undefined ? {} : { results }) }] : []),
    ...(words.length === 0 ? [] : [{ pass: [...words], ordered }]),
    ...(dialog.length === 0 ? [] : [{ dialog: dialog.map((wait) => ({ wait, within: 30_000 })) }]),
    ...(exit === undefined ? [] : [{ exit }]),
    ...(crash === undefined ? [] : [{ crash }]),
  ];
  const extra: Partial<Expect> = { ...(forbid ? { fail: 'segfault' } : {}), ...(duration === undefined ? {} : { duration }) };
  const whole = (part: Partial<Expect>): Expect => ({ protocol: 'none', ordered: false, ...part });
  return apart ? parts.map((part, index) => whole(index === 0 ? { ...part, ...extra } : part)) : [whole(Object.assign({}, ...parts, extra) as Partial<Expect>)];
}

/** What the guest prints, in blocks that do not depend on one another. */
export function blocksOf({ words, prompts, forbidden, results, cut, exit, warning }: Guest): readonly string[] {
  return [
    ...words.map((word) => `${word}\n`),
    ...(prompts.length === 0 ? [] : [`${prompts.join('')}\n`]),
    ...(forbidden ? ['prog[7]: segfault at 0\n'] : []),
    ...(results === undefined ? [] : [['KTAP version 1', `1..${results.length + (cut ? 1 : 0)}`, ...results.map((status, index) => `${status === 'skip' ? 'ok' : status} ${index + 1} r${index}${status === 'skip' ? ' # SKIP' : ''}`), ''].join('\n')]),
    ...(exit === undefined ? [] : [`kit-test: begin\nsome words\nkit-test: end exit=${exit}\n`]),
    ...(warning === undefined ? [] : [warningIn(warning)]),
  ];
}

/** A report that is whole: the next line of the kernel's is none of it. */
export const warningIn = (name: string): string => [
  '------------[ cut here ]------------', `WARNING: CPU: 0 PID: 1 at net/a.c:1 ${name}+0x1/0x2`, 'Modules linked in:', 'CPU: 0 PID: 1 Comm: init Not tainted 6.1.0 #1', `RIP: 0010:${name}+0x1/0x2`,
  'Call Trace:', ' <TASK>', ' rcv+0x1/0x2', ' do_syscall_64+0x1/0x2', ' </TASK>', '---[ end trace 0000000000000000 ]---',
].map((line) => `[    1.000000] ${line}\n`).join('');

/** Which expectations the guest does not meet, by their keys in case.yaml; `other crash` is one that nobody expects. */
export function unmet(guest: Guest, wants: Wants): readonly string[] {
  const { results } = guest;
  const ran = results?.filter((status) => status !== 'skip').length ?? 0;
  const { min = 0, max = Infinity } = wants.results ?? {};
  const { min: soonest = 0, max: latest = Infinity } = wants.duration ?? {};
  const places = wants.words.map((word) => guest.words.indexOf(word));
  const asked = wants.dialog.map((prompt) => guest.prompts.indexOf(prompt));
  const inOrder = (all: readonly number[]): boolean => all.every((place, index) => index === 0 || place > (all[index - 1] ?? 0));
  const broken: readonly (readonly [string, boolean])[] = [
    ['other crash', guest.warning !== undefined && guest.warning !== wants.crash],
    ['crash', wants.crash !== undefined && guest.warning !== wants.crash],
    ['pass', places.includes(-1) || wants.ordered && !inOrder(places)],
    ['dialog', asked.includes(-1) || !inOrder(asked)],
    ['fail', wants.forbid && guest.forbidden],
    ['protocol', wants.ktap && (results === undefined || results.length === 0 || results.includes('not ok') || guest.cut)],
    ['results', wants.results !== undefined && (ran < min || ran > max)],
    ['exit', wants.exit !== undefined && guest.exit !== wants.exit],
    ['duration', guest.tookMs < soonest || guest.tookMs > latest],
  ];
  return broken.filter(([, is]) => is).map(([key]) => key);
}
