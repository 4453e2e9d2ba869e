// What `npm test`, `npm start` and `npm run demo` need, installed when it is missing. Any Node from 20 on runs this file:
// the Node 24 that runs everything else may be what has to be installed first. `--kafka` fetches the broker too, where Java and Maven are.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const has = (command, argument) => !spawnSync(command, [argument], { stdio: 'ignore' }).error;
const run = (command, args) => {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) console.error(String(error));
  if (status !== 0) process.exit(status ?? 1);
};

/** Whether node_modules holds the versions that package-lock.json names; what is optional may be missing. */
function installed() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const packages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const present = packages(record);
  const wanted = packages(join(root, 'package-lock.json'));
  return Object.entries(wanted).every(([path, { version, optional }]) => path === '' || optional || present[path]?.version === version);
}

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(`Node 20 or later is needed to install Millrace; this is ${process.version}`);
  process.exit(1);
}
if (!installed()) {
  console.log('installing packages (npm install)');
  run('npm', ['install', '--no-audit', '--no-fund']);
}
// npx looks here for the command, and npm links those of other packages only.
const command = join(root, 'node_modules', '.bin', 'millrace');
if (!existsSync(command)) {
  rmSync(command, { force: true });
  symlinkSync(join('..', '..', 'src', 'cli', 'main.ts'), command);
}
// The scripts of package.json find the Node that was installed first, as this does.
const found = spawnSync('node', ['-p', 'process.version + " " + (process.features.typescript || "")'], {
  encoding: 'utf8', env: { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}` },
});
const [version, readsTypeScript] = (found.stdout ?? '').trim().split(' ');
if (!readsTypeScript) {
  console.error(`Millrace runs from its sources on Node 22.18 or later, and "node" is ${version || 'not there'}: install one, or let npm install the package "node" (its install script must be allowed)`);
  process.exit(1);
}
if (process.argv.includes('--kafka')) {
  if (has('java', '-version') && has('mvn', '--version')) run(join(root, 'node_modules', '.bin', 'node'), [join(root, 'scripts', 'kafka-fetch.ts')]);
  else console.log('Apache Kafka is not fetched: apt-get install openjdk-17-jre-headless maven');
}
