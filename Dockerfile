# What runs is what `tsc` emits: docs/deploy.md says why, with numbers.

FROM node:24-slim AS compiled
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier
COPY tsconfig.json ./
COPY src src
RUN npx tsc --noEmit false --rewriteRelativeImportExtensions --rootDir src --outDir dist \
 && cd src && find . -type f ! -name '*.ts' -exec cp --parents '{}' ../dist ';'

FROM node:24-slim AS modules
WORKDIR /app
COPY package.json package-lock.json ./
# Types, tests and manuals of packages are 40 % of their size. Licences stay.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund --no-update-notifier \
 && cd node_modules && rm -rf @types .package-lock.json \
 && find . -depth -type d -regextype posix-extended -regex '\./(@[^/]+/)?[^/]+/(tests?|docs?|benchmarks?|examples?|\.github)' -exec rm -rf '{}' ';' \
 && find . -type f '(' -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' -o -name '*.md' ')' ! -iname '*licen*' -delete

FROM node:24-slim
# Any other user works too, as long as its group is 0: that is what `--user 4711` and OpenShift give it.
RUN install -d -o node -g root -m 0770 /data
WORKDIR /app
COPY --from=modules /app/node_modules node_modules
COPY package.json ./
COPY openapi openapi
COPY --chmod=755 deploy/healthy /usr/local/bin/
COPY --from=compiled /app/dist dist
ENV NODE_ENV=production JOURNAL_URL=sqlite:/data/journal.db MALLOC_ARENA_MAX=2
# Whatever is kept in `./data` is kept in the volume.
WORKDIR /
VOLUME /data
# By its number, which Kubernetes' `runAsNonRoot` can read.
USER 1000
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 CMD ["healthy"]
# The flags are those of `npm start`; docs/performance.md says what for.
CMD ["node", "--max-semi-space-size=16", "--no-parallel-scavenge", "--heap-growing-percent=80", "--v8-pool-size=1", "/app/dist/main.js"]
