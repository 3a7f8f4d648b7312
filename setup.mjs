// Makes this checkout ready to use: npm dependencies, the system's tools, the compiled tool.
// Run by the scripts of package.json before they do their work; a second run finds everything in place in a moment.
// Plain JavaScript on Node alone: it runs before anything is installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2);

// QEMUs beyond the usual: `node setup.mjs run qemu-system-riscv64`.
const rare = Object.fromEntries(wanted.filter((name) => name.startsWith('qemu-system-')).map((name) => [name, name]));

// Debian package of each program, and what needs it.
const tools = {
  run: {
    'qemu-system-x86_64': 'qemu-system-x86',
    'qemu-system-aarch64': 'qemu-system-arm',
    'qemu-system-arm': 'qemu-system-arm',
    'dpkg-deb': 'dpkg',
    depmod: 'kmod',
    xz: 'xz-utils',
    zstd: 'zstd',
    // The case openssh logs in with them.
    ssh: 'openssh-client',
    'ssh-keygen': 'openssh-client',
    // The case media boots from what these make; boot loaders that are not here are fetched.
    xorriso: 'xorriso',
    mformat: 'mtools',
    sfdisk: 'fdisk',
    'qemu-img': 'qemu-utils',
    // Drives, and copies too big for a guest's memory.
    sqfstar: 'squashfs-tools',
    fakeroot: 'fakeroot',
  },
  test: {
    // 46 MB on Debian 12, where one package has all the rarer QEMUs, 8 MB since: nobody has to load that whose matrix has no riscv64.
    'qemu-system-riscv64': 'qemu-system-riscv64',
    cpio: 'cpio',
    prove: 'perl',
    xmllint: 'libxml2-utils',
    runc: 'runc',
    umoci: 'umoci',
    skopeo: 'skopeo',
    podman: 'podman',
    'docker-registry': 'docker-registry',
    htpasswd: 'apache2-utils',
    openssl: 'openssl',
    busybox: 'busybox',
    ps: 'procps',
    'mkfs.erofs': 'erofs-utils',
    sgdisk: 'gdisk',
    'fsck.fat': 'dosfstools',
    chromium: 'chromium',
  },
};

// Firmware of virtual machines. On other systems than Debian the others say where Debian's archive is, and who signs it.
const files = {
  '/usr/share/OVMF/OVMF_CODE_4M.fd': 'ovmf',
  '/usr/share/AAVMF/AAVMF_CODE.fd': 'qemu-efi-aarch64',
  ...(process.arch === 'x64' ? { '/usr/lib/ISOLINUX/isolinux.bin': 'isolinux', '/usr/lib/syslinux/modules/bios/ldlinux.c32': 'syslinux-common', '/usr/bin/syslinux': 'syslinux' } : {}),
  '/usr/share/keyrings/debian-archive-keyring.gpg': 'debian-archive-keyring',
  ...(isDebian() ? {} : { '/usr/share/python-apt/templates/Debian.info': 'python-apt-common' }),
};

// What the tests make UEFI media of, where a user's machine fetches it.
const testFiles = process.arch === 'x64' ? { '/usr/lib/systemd/boot/efi/systemd-bootx64.efi': 'systemd-boot-efi' } : {};

checkNode();
installNpmDependencies();
if (wanted.includes('test')) installTools({ ...tools.run, ...tools.test, ...rare }, { ...files, ...testFiles });
else installTools({ ...tools.run, ...rare }, files);
build();

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) fail(`Node.js 20.19 or newer is needed; this is ${process.versions.node}`);
}

function installNpmDependencies() {
  const stamp = join(root, 'node_modules', '.kit-test-lock');
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say('installing npm dependencies');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) fail('npm ci failed');
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stamp, lock);
}

function installTools(packageOf, files) {
  const missing = [...Object.keys(packageOf).filter((program) => !onPath(program)), ...Object.keys(files).filter((file) => onPath('apt-get') && !existsSync(file))];
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((name) => packageOf[name] ?? files[name]))];
  const install = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const sudo = privilege();
  if (!onPath('apt-get') || sudo === undefined) {
    say(`missing: ${missing.join(', ')}. Install them with your system's package manager; on Debian and Ubuntu:`);
    say(`  sudo apt-get update && sudo ${install}`);
    // Tests skip what they cannot run, with the reason; a matrix without QEMU says so itself.
    return;
  }
  say(`installing ${packages.join(', ')}`);
  const script = `${sudo}apt-get update -qq && ${sudo}env DEBIAN_FRONTEND=noninteractive ${install} -qq`;
  const result = spawnSync('sh', ['-c', script], { stdio: ['ignore', 'ignore', 2] });
  if (result.status !== 0) say(`could not install them. Please run: sudo apt-get update && sudo ${install}`);
}

function isDebian() {
  return existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** How a command is run as root without a question: '' as root, 'sudo -n ' where that works. */
function privilege() {
  if (process.getuid?.() === 0) return '';
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? 'sudo -n ' : undefined;
}

function onPath(program) {
  // depmod lives in /sbin, which an ordinary user's PATH may leave out.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function build() {
  const built = join(root, 'dist', 'main.js');
  const inputs = Math.max(newest(join(root, 'src')), statSync(join(root, 'build.mjs')).mtimeMs);
  if (existsSync(built) && statSync(built).mtimeMs > inputs) return;
  say('building');
  execFileSync(process.execPath, [join(root, 'build.mjs')], { stdio: ['ignore', 2, 2] });
}

function newest(folder) {
  return Math.max(
    ...readdirSync(folder, { withFileTypes: true }).map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
    }),
  );
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(2);
}
