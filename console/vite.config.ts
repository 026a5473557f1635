import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const BUILT = "../functions/console/built";
const COMPRESSIBLE = /\.(js|css|html|svg|map)$/;

/** Writes each file compressed beside itself: the function compresses nothing while somebody waits. */
function compressed(): Plugin {
  return {
    name: "compressed",
    closeBundle() {
      for (const file of readdirSync(BUILT, { recursive: true, encoding: "utf8" })) {
        if (!COMPRESSIBLE.test(file)) continue;
        const path = join(BUILT, file);
        const content = readFileSync(path);
        writeFileSync(`${path}.br`, brotliCompressSync(content));
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: "/console/",
  build: {
    outDir: BUILT,
    emptyOutDir: true,
    sourcemap: true,
    target: "es2022",
    // Inlined files would be data: URLs, and the polyfill is for browsers before 2022.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [compressed()],
});
