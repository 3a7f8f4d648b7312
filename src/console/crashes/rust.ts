// Rust's symbols of today (`_RNvNtCs43vyB533jt3_6kernel5print11call_printk`) as the paths they stand for, without what differs
// from build to build: hashes of crates, arguments of generics. https://doc.rust-lang.org/rustc/symbol-mangling/v0.html

/** A symbol that leads back to itself for ever has an end here. */
const stepLimit = 500;
const lengthLimit = 200;

const basicTypes: Readonly<Record<string, string>> = {
  a: 'i8', b: 'bool', c: 'char', d: 'f64', e: 'str', f: 'f32', h: 'u8', i: 'isize', j: 'usize', l: 'i32', m: 'u32', n: 'i128', o: 'u128', p: '_', s: 'i16', t: 'u16', u: '()', v: '...', x: 'i64', y: 'u64', z: '!',
};

/** `kernel::print::call_printk`, `<driver::Module as kernel::InPlaceModule>::init`; undefined for what is none, or holds what a path has no need of. */
export function demangleRust(symbol: string): string | undefined {
  const text = /^_R(?=[CMXYNI])(\w+)/.exec(symbol)?.[1];
  if (text === undefined) return undefined;
  const path = createReader(text).whole();
  return path !== undefined && path.length <= lengthLimit ? path : undefined;
}

interface Reader {
  /** The path of all of the text, but for the crate that had a generic function made. */
  whole(): string | undefined;
}

// Every part is undefined where it cannot be read; what contains it then is too.
function createReader(text: string): Reader {
  let at = 0;
  let steps = 0;

  const take = (letter: string): boolean => {
    if (text[at] !== letter) return false;
    at += 1;
    return true;
  };

  /** A number to the base 62; `_` alone is 0. */
  function number(): number | undefined {
    const digits = /^[0-9a-zA-Z]{0,11}_/.exec(text.slice(at, at + 12))?.[0];
    if (digits === undefined) return undefined;
    at += digits.length;
    if (digits === '_') return 0;
    const value = (letter: string): number => '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'.indexOf(letter);
    return Array.from(digits.slice(0, -1)).reduce((sum, letter) => sum * 62 + value(letter), 0) + 1;
  }

  /** What tells apart those of one name: which of them it is. */
  function disambiguator(): number | undefined {
    if (!take('s')) return 0;
    const which = number();
    return which === undefined ? undefined : which + 1;
  }

  function identifier(): { readonly name: string; readonly which: number } | undefined {
    const which = disambiguator();
    // Names that are not ASCII are written in a code of their own.
    const match = /^(0|[1-9]\d{0,2})_?/.exec(text.slice(at, at + 4));
    if (which === undefined || match === null) return undefined;
    at += match[0].length;
    const length = Number(match[1]);
    const name = text.slice(at, at + length);
    at += length;
    return name.length === length ? { name, which } : undefined;
  }

  /** What was written before, at the place that is told. */
  function back<T>(read: () => T | undefined): T | undefined {
    const start = at - 1;
    const to = number();
    if (to === undefined || to >= start) return undefined;
    const here = at;
    at = to;
    const found = read();
    at = here;
    return found;
  }

  function nested(depth: number): string | undefined {
    const space = text[at] ?? '';
    at += 1;
    const parent = path(depth + 1);
    const own = identifier();
    if (parent === undefined || own === undefined) return undefined;
    if (/[a-z]/.test(space)) return own.name === '' ? parent : `${parent}::${own.name}`;
    const kind = { C: 'closure', S: 'shim' }[space];
    return kind === undefined ? undefined : `${parent}::{${kind}${own.name === '' ? '' : `:${own.name}`}#${own.which}}`;
  }

  function implementation(withTrait: boolean, placed: boolean, depth: number): string | undefined {
    // Where the implementation stands says nothing that the type does not.
    if (placed && (disambiguator() === undefined || path(depth + 1) === undefined)) return undefined;
    const self = type(depth + 1);
    if (!withTrait) return self === undefined ? undefined : `<${self}>`;
    const trait = path(depth + 1);
    return self === undefined || trait === undefined ? undefined : `<${self} as ${trait}>`;
  }

  function generic(depth: number): string | undefined {
    const of = path(depth + 1);
    while (of !== undefined && !take('E')) {
      const known = take('L') ? number() !== undefined : take('K') ? constant(depth + 1) : type(depth + 1) !== undefined;
      if (!known) return undefined;
    }
    return of;
  }

  function constant(depth: number): boolean {
    if (take('p')) return true;
    if (take('B')) return back(() => constant(depth + 1) || undefined) === true;
    if (type(depth + 1) === undefined) return false;
    const value = /^n?[0-9a-f]*_/.exec(text.slice(at, at + 40))?.[0];
    at += value?.length ?? 0;
    return value !== undefined;
  }

  function path(depth: number): string | undefined {
    steps += 1;
    if (steps > stepLimit || depth > 50) return undefined;
    if (take('C')) return identifier()?.name;
    if (take('N')) return nested(depth);
    if (take('M')) return implementation(false, true, depth);
    if (take('X')) return implementation(true, true, depth);
    if (take('Y')) return implementation(true, false, depth);
    if (take('I')) return generic(depth);
    return take('B') ? back(() => path(depth + 1)) : undefined;
  }

  function type(depth: number): string | undefined {
    steps += 1;
    if (steps > stepLimit || depth > 50) return undefined;
    const letter = text[at] ?? '';
    const basic = basicTypes[letter];
    if (basic !== undefined) {
      at += 1;
      return basic;
    }
    if (/[CMXYNI]/.test(letter)) return path(depth);
    at += 1;
    switch (letter) {
      case 'B': return back(() => type(depth + 1));
      case 'R': case 'Q': return take('L') && number() === undefined ? undefined : around(letter === 'R' ? '&' : '&mut ', type(depth + 1));
      case 'P': case 'O': return around(letter === 'P' ? '*const ' : '*mut ', type(depth + 1));
      case 'S': return around('[', type(depth + 1), ']');
      case 'A': {
        const item = type(depth + 1);
        return constant(depth + 1) ? around('[', item, '; _]') : undefined;
      }
      case 'T': {
        const items: string[] = [];
        while (!take('E')) {
          const item = type(depth + 1);
          if (item === undefined) return undefined;
          items.push(item);
        }
        return `(${items.join(', ')})`;
      }
      default: return undefined;
    }
  }

  return {
    whole() {
      const named = path(0);
      return at === text.length || path(0) !== undefined && at === text.length ? named : undefined;
    },
  };
}

const around = (before: string, inner: string | undefined, after = ''): string | undefined => (inner === undefined ? undefined : `${before}${inner}${after}`);
