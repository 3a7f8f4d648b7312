// Rust's symbols, as c++filt of binutils reads them, but for arguments of generics.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { demangleRust } from '../../../src/console/crashes/rust.ts';
import { crashesOf } from './read.ts';

describe('a Rust symbol', () => {
  it.each([
    ['_RNvCskwGfYPst2Cb_3foo16example_function', 'foo::example_function'],
    ['_RNvNtCs43vyB533jt3_6kernel5print11call_printk', 'kernel::print::call_printk'],
    ['_RNvMs_NtCs4fqI2P2rA04_7mycrate3modNtB4_3Foo3bar', '<mycrate::mod::Foo>::bar'],
    ['_RNvXCsktjF9JQNZ8U_5rnullNtB2_13NullBlkModuleNtCs43vyB533jt3_6kernel13InPlaceModule4init', '<rnull::NullBlkModule as kernel::InPlaceModule>::init'],
    ['_RNvXs5_NtC4core3fmtRNtB5_9ArgumentsNtB5_7Display3fmt', '<&core::fmt::Arguments as core::fmt::Display>::fmt'],
    ['_RNvXNtCs1_4core3fmtSeNtB2_5Debug3fmt', '<[str] as core::fmt::Debug>::fmt'],
    ['_RNCNCNvC4mycr4mains_00', 'mycr::main::{closure#1}::{closure#0}'],
    ['_RINvC3std8align_ofdE', 'std::align_of'],
    ['_RINvC1a1fKj5_TlmEE', 'a::f'],
    ['_RINvC3std8align_ofdEC4mycr', 'std::align_of'],
  ])('%s is %s', (symbol, path) => {
    expect(demangleRust(symbol)).toBe(path);
  });

  it.each(['tcp_v4_rcv', '_R', '_RNvC99a', '_RNvB_1a', '_RNvNtC1aF1b', '_RNvNvC1a1b1cE', '_ZN4core3fmt5write17h0123456789abcdefE'])('%s is none', (symbol) => {
    expect(demangleRust(symbol)).toBeUndefined();
  });

  it('is read in a moment, or not, whatever it says', () => {
    const letters = fc.constantFrom(...Array.from('CNMXYIBTRSAKEvt_s0129ajx'));
    fc.assert(fc.property(fc.array(letters, { maxLength: 400 }).map((some) => some.join('')), (text) => {
      const startedAt = performance.now();
      expect(demangleRust(`_R${text}`) ?? '').toMatch(/^.{0,200}$/);
      expect(performance.now() - startedAt).toBeLessThan(200);
    }), { numRuns: 3000 });
    // Each part twice the one before it.
    expect(demangleRust(`_RINvC1a1f${'T'.repeat(40)}a${Array.from({ length: 40 }, (_, index) => `B${(index + 8).toString(36)}_E`).join('')}E`)).toBeUndefined();
  });

  it('is the function of a report by its path, behind what leads to a panic', () => {
    const report = [
      'rust_kernel: panicked at drivers/block/rnull.rs:52:9:', 'called `Option::unwrap()` on a `None` value', '------------[ cut here ]------------', 'kernel BUG at rust/helpers/bug.c:7!', 'Oops: invalid opcode: 0000 [#1] SMP',
      'CPU: 0 PID: 1 Comm: init Not tainted 6.12.0 #1', 'RIP: 0010:rust_helper_BUG+0x8/0x10', 'Call Trace:', ' <TASK>', ' _RNvCscb18lrEyTSA_7___rustc17rust_begin_unwind+0x6d/0x70', ' _RNvNtCs1_4core9panicking9panic_fmt+0x2b/0x30',
      ' _RNvNtCs1_4core6option13unwrap_failed+0x1b/0x20', ' _RNvXCsktjF9JQNZ8U_5rnullNtB2_13NullBlkModuleNtCs43vyB533jt3_6kernel13InPlaceModule4init+0x904/0xc30', ' do_one_initcall+0x233/0x820', ' </TASK>', '---[ end trace 0000000000000000 ]---',
    ].map((line) => `[    1.000000] ${line}\n`).join('');
    const name = '<rnull::NullBlkModule as kernel::InPlaceModule>::init';
    expect(crashesOf(report)).toMatchObject([{ title: `called \`Option::unwrap()\` on a \`None\` value in ${name}`, function: name, line: 1, endLine: 16 }]);
    expect(crashesOf(report.split('\n').slice(2).join('\n'))).toMatchObject([{ title: `kernel BUG in ${name}`, function: name, type: 'BUG' }]);
  });
});

describe('how init ended', () => {
  const panic = (code: string): string => `[    1.000000] Kernel panic - not syncing: Attempted to kill init! exitcode=0x${code}\n[    1.000001] CPU: 0 PID: 1 Comm: init Not tainted 6.1.0 #1\n`;
  it.each([
    ['00000b00', 'init exited with status 11'], ['00000000', 'init exited with status 0'], ['00007f00', 'init exited with status 127'], ['0000000b', 'init was killed by SIGSEGV'],
    ['0000008b', 'init was killed by SIGSEGV'], ['00000009', 'init was killed by SIGKILL'], ['00000004', 'init was killed by SIGILL'], ['00000022', 'init was killed by signal 34'],
  ])('is told for exit code %s, beside a title that is always the same', (code, detail) => {
    expect(crashesOf(panic(code))).toMatchObject([{ title: 'kernel panic: Attempted to kill init!', detail }]);
  });

  it('is not told where the kernel does not', () => {
    expect(crashesOf('[    1.000000] Kernel panic - not syncing: Attempted to kill init!\n')[0]).not.toHaveProperty('detail');
  });
});
