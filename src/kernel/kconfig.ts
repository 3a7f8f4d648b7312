// Reads a kernel's Kconfig file (the `.config` of its build, /boot/config-RELEASE). Pure.

/** Options by name (`CONFIG_X`) with their value: `y`, `m`, `n` for "is not set", a number, or a string without quotes. */
export function parseKconfig(text: string): Map<string, string> {
  const options = new Map<string, string>();
  for (const line of text.split('\n')) {
    const set = /^(CONFIG_\w+)=(.*?)\r?$/.exec(line);
    if (set !== null) {
      const [, name = '', value = ''] = set;
      options.set(name, /^".*"$/.test(value) ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value);
      continue;
    }
    const unset = /^# (CONFIG_\w+) is not set\r?$/.exec(line);
    if (unset?.[1] !== undefined) options.set(unset[1], 'n');
  }
  return options;
}
