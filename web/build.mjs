// Makes web/dist of web/src: `npm ci && npm run build`. The program embeds what is checked in there, so that it builds without Node;
// a test makes it again and compares. Usage: node build.mjs [FOLDER]
import { build } from "esbuild";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(root, "dist");

// A page of any module imports the kit by its address; so do ours, and it is loaded once.
const shared = {
  name: "shared",
  setup(plugin) {
    plugin.onResolve({ filter: /\/(kit|charts)$/ }, (found) =>
      found.kind === "entry-point" || found.importer.endsWith("/kit.ts")
        ? undefined
        : { path: `./${found.path.split("/").at(-1)}.js`, external: true },
    );
  },
};

// Beside each module's folder, the scripts of its pages.
const scripts = {
  "kit": "kit.ts",
  "shell": "shell.ts",
  "charts": "charts.ts",
  "overview": "pages/overview.ts",
  "server": "pages/server.ts",
  "accounts/me": "pages/me.ts",
  "accounts/people": "pages/people.ts",
  "collections/collections": "pages/collections.ts",
  "messaging/chat": "chat/app.ts",
  "messaging/rooms": "pages/rooms.ts",
  "notifications/mail": "pages/mail.ts",
  "notifications/notifications": "pages/notifications.ts",
  "posts/moderation": "pages/moderation.ts",
  "posts/posts": "pages/posts.ts",
  "rowing/rowing": "pages/rowing.ts",
  "traces/studies": "pages/studies.ts",
};

rmSync(out, { recursive: true, force: true });
for (const folder of Object.keys(scripts).map(dirname)) mkdirSync(join(out, folder), { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(Object.entries(scripts).map(([to, from]) => [to, join("src", from)])),
  outdir: out,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
  legalComments: "inline",
  plugins: [shared],
  logLevel: "warning",
});

const styles = {
  "console.css": ["node_modules/uplot/dist/uPlot.min.css", "src/console.css"],
  "messaging/chat.css": ["src/chat/chat.css"],
};
for (const [to, from] of Object.entries(styles)) {
  const css = await build({
    absWorkingDir: root,
    stdin: { contents: from.map((name) => readFileSync(join(root, name), "utf8")).join(""), loader: "css" },
    minify: true,
    target: "chrome123",
    write: false,
  });
  writeFileSync(join(out, to), css.outputFiles[0].contents);
}

const copies = { "index.html": "index.html", "icon.svg": "icon.svg", "messaging/chat.html": "chat/chat.html" };
for (const [to, from] of Object.entries(copies)) copyFileSync(join(root, "src", from), join(out, to));
const texts = { "": "", "messaging/chat-": "chat/" };
for (const [to, from] of Object.entries(texts)) {
  for (const name of ["en.json", "fr.json"]) {
    writeFileSync(join(out, to + name), JSON.stringify(JSON.parse(readFileSync(join(root, "src", from + name), "utf8"))) + "\n");
  }
}
