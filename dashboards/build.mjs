// Bundles the pages' script: node build.mjs [FOLDER]
import { build } from 'esbuild';

const assets = ['.svg', '.png', '.gif', '.jpg', '.woff', '.woff2', '.ttf', '.eot'];

const result = await build({
    entryPoints: { dashboard: 'src/main.jsx' },
    outdir: process.argv[2] ?? 'dist',
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    loader: { '.js': 'jsx', ...Object.fromEntries(assets.map((end) => [end, 'file'])) },
    assetNames: 'assets/[name]-[hash]',
    define: { global: 'window', 'process.env.NODE_ENV': '"production"' },
    legalComments: 'external',
    metafile: true,
    logLevel: 'warning',
});
for (const [file, made] of Object.entries(result.metafile.outputs)) {
    if (made.bytes > 100000) console.log(`${(made.bytes / 1e6).toFixed(1)} MB ${file}`);
}
