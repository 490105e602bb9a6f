// Bundles the pictures and the libraries they use into dist/report.js, and their licences into dist/licences.txt.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';

const libraries = ['echarts', 'zrender', 'tslib', '@dagrejs/dagre', '@dagrejs/graphlib'];
const parts = libraries.map(name => {
    const folder = new URL(`node_modules/${name}/`, import.meta.url);
    const { version, license } = JSON.parse(readFileSync(new URL('package.json', folder)));
    const texts = readdirSync(folder, { withFileTypes: true })
        .filter(file => file.isFile() && /^(licen[cs]e|notice|copyright)/i.test(file.name))
        .map(file => readFileSync(new URL(file.name, folder), 'utf8').trim());
    return { label: `${name} ${version} (${license})`, text: texts.join('\n\n') };
});

mkdirSync(new URL('dist/', import.meta.url), { recursive: true });
writeFileSync(
    new URL('dist/licences.txt', import.meta.url),
    parts.map(({ label, text }) => `The script in PSAutodiff.dll that reports contain holds ${label}:\n\n${text}\n`).join(`\n${'-'.repeat(80)}\n\n`));
await build({
    entryPoints: [new URL('src/main.js', import.meta.url).pathname],
    outfile: new URL('dist/report.js', import.meta.url).pathname,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2020',
    charset: 'ascii',
    legalComments: 'none',
    // The libraries ask for it to leave out what only developers need.
    define: { 'process.env.NODE_ENV': '"production"' },
    banner: { js: `/* PSAutodiff (MIT) with ${parts.map(part => part.label).join(', ')} */` },
});
